//! Items as a page shows them: as they are now, in the language that suits, and with what speaks for them in words.

use std::sync::Arc;

use api::wire::recommend::{Because, ItemShown, NextNeedShown, PredictedItem, PredictionsAnswer, RecommendedItem};
use catalog::{catalog::Catalog, view::ItemView};
use decide::{ShownItem, Why};
use model::time::{Span, Timestamp};
use suggest::{NextNeed, Prediction, Predictions};

/// Shows items to somebody.
#[derive(Debug, Clone, Copy)]
pub struct Reader<'a> {
    /// The catalog of the moment.
    pub catalog: &'a Catalog,
    /// The languages that are read, best first.
    pub languages: &'a [Arc<str>],
    /// The moment.
    pub now: Timestamp,
}

impl Reader<'_> {
    /// An item as it is now.
    pub fn item(&self, item: &ItemView<'_>) -> ItemShown {
        let prices = item.prices(self.now);
        let wanted: Vec<&str> = self.languages.iter().map(|language| &**language).collect();
        let usual = prices.filter(|prices| prices.sale_at(self.now).is_some()).map(|prices| prices.price_cents);
        ItemShown {
            id: item.id().to_owned(),
            title: title(item, &wanted).to_owned(),
            brand: item.brand().map(str::to_owned),
            price_cents: prices.map(|prices| prices.cents_at(self.now)),
            usual_price_cents: usual,
            currency: prices.map(|prices| prices.currency.as_str().to_owned()),
            in_stock: item.stock().is_in(),
            link: item.link().map(str::to_owned),
            image: item.images().next().map(|(url, _)| url.to_owned()),
        }
    }

    /// The items of a decision. Of `of`, which may be something that the person did, only those learn whom it may be told.
    pub fn recommended(&self, shown: &[ShownItem], tells_of: bool) -> Vec<RecommendedItem> {
        let mut said: Vec<(Why, Option<&str>, Because)> = Vec::new();
        let mut told = Vec::with_capacity(shown.len());
        for one in shown {
            let of = one.of.as_deref().filter(|_| tells_of);
            let known = |why: &Why| said.iter().find(|(known, with, _)| (known, with) == (why, &of));
            let because = match (one.why, one.why.as_ref().and_then(known)) {
                (None, _) => Because::default(),
                (Some(_), Some((.., because))) => because.clone(),
                (Some(why), None) => {
                    let because = self.because(why, of);
                    said.push((why, of, because.clone()));
                    because
                }
            };
            told.push(self.told(one, of, because));
        }
        told
    }

    fn told(&self, shown: &ShownItem, of: Option<&str>, because: Because) -> RecommendedItem {
        RecommendedItem {
            id: shown.id.to_string(),
            why: shown.why.map(|why| why.word().into()),
            of: of.map(str::to_owned),
            because,
            item: self.catalog.find(&shown.id).map(|item| self.item(&item)),
        }
    }

    /// What speaks for an item, in words.
    fn because(&self, why: Why, of: Option<&str>) -> Because {
        let of = of.and_then(|id| self.catalog.find(id));
        let said = |language: &str| {
            let title = of.as_ref().map(|item| title(item, &[language]));
            (language.to_owned(), sentence(why, language, title))
        };
        Because::new(&["en", "fr"].map(said).into())
    }

    /// What is foretold of a person.
    pub fn predicted(&self, predictions: &Predictions) -> PredictionsAnswer {
        let told = |one: &Prediction| {
            let need = |need: NextNeed| NextNeedShown {
                earliest: need.earliest.into(),
                likely: need.likely.into(),
                latest: need.latest.into(),
            };
            let (of, why) = (one.of.as_deref(), one.why);
            let shown = ShownItem { id: one.item.clone(), why: Some(why), of: one.of.clone() };
            PredictedItem {
                item: self.told(&shown, of, self.because(why, of)),
                chance: f64::from(one.chance),
                times: one.times,
                next_need: one.next_need.map(need),
            }
        };
        PredictionsAnswer {
            items: predictions.items.iter().map(told).collect(),
            ahead_days: predictions.ahead.map(|ahead| ahead.as_millis() as f64 / Span::DAY.as_millis() as f64),
            model: predictions.model,
            as_of: self.now.into(),
        }
    }
}

/// The title in the language that suits best.
fn title<'c>(item: &ItemView<'c>, wanted: &[&str]) -> &'c str {
    item.best_texts(wanted).map_or("", |texts| texts.title)
}

/// What speaks for an item, in words for the person; `of` is the title of the item that it goes with.
fn sentence(why: Why, language: &str, of: Option<&str>) -> String {
    let (en, fr) = words(why);
    let ((alone, with), this) = if language == "fr" { (fr, "cet article") } else { (en, "this") };
    match (with, of) {
        (Some(with), Some(of)) => with.replace("{}", of),
        (Some(with), None) if alone.is_empty() => with.replace("{}", this),
        _ => alone.to_owned(),
    }
}

/// A sentence, and the same where it is told with what an item goes.
type Worded = (&'static str, Option<&'static str>);

const fn words(why: Why) -> (Worded, Worded) {
    match why {
        Why::Pinned => (("We recommend it.", None), ("Nous le recommandons.", None)),
        Why::Popular => (("Many choose it.", None), ("Beaucoup le choisissent.", None)),
        Why::Session => (
            ("It goes with what you are looking at.", Some("It goes with {}.")),
            ("Il va avec ce que vous regardez.", Some("Il va avec {}.")),
        ),
        Why::AlsoBought => {
            (("", Some("Who bought {} also bought it.")), ("", Some("Ceux qui ont acheté {} l'ont aussi acheté.")))
        }
        Why::BoughtTogether => (("", Some("Often bought together with {}.")), ("", Some("Souvent acheté avec {}."))),
        Why::ViewedTogether => {
            (("", Some("Often looked at together with {}.")), ("", Some("Souvent regardé avec {}.")))
        }
        Why::Complement => (
            ("It completes what you have.", Some("It completes {}.")),
            ("Il complète ce que vous avez.", Some("Il complète {}.")),
        ),
        Why::Similar => (("", Some("It is like {}.")), ("", Some("Il ressemble à {}."))),
        Why::Personal => (
            ("It goes with what you bought.", Some("It goes with {}, which you bought.")),
            ("Il va avec vos achats.", Some("Il va avec {}, que vous avez acheté.")),
        ),
        Why::Again => (
            ("You buy it again and again; it may be time.", None),
            ("Vous l'achetez régulièrement ; c'est peut-être le moment.", None),
        ),
        Why::Saved => (("You saved it.", None), ("Vous l'avez gardé.", None)),
        Why::SeenBefore => (("You looked at it.", None), ("Vous l'avez regardé.", None)),
        Why::BackInStock => (
            ("You saved it, and it is in stock again.", None),
            ("Vous l'aviez gardé, il est de nouveau en stock.", None),
        ),
        Why::Trending => (("More and more choose it.", None), ("De plus en plus le choisissent.", None)),
        Why::New => (("It is new.", None), ("C'est une nouveauté.", None)),
        Why::PopularHere => (("Many choose it these days.", None), ("Beaucoup le choisissent ces temps-ci.", None)),
        Why::Discovery => {
            (("Something other than usual, to discover.", None), ("Pour changer de vos habitudes, à découvrir.", None))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_reason_has_a_sentence_in_both_languages() {
        for why in Why::ALL {
            for language in ["en", "fr"] {
                let said = [None, Some("Alpine 3")].map(|of| sentence(why, language, of));
                assert!(said.iter().all(|said| said.ends_with('.') && !said.contains("{}")), "{why:?}: {said:?}");
            }
        }
        assert_eq!(sentence(Why::Similar, "en", Some("Alpine 3")), "It is like Alpine 3.");
        assert_eq!(sentence(Why::Similar, "fr", None), "Il ressemble à cet article.");
    }
}
