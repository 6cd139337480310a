//! Items as a page shows them: as they are now, in the language that suits, and with what speaks for them in words.

use std::{collections::BTreeMap, sync::Arc};

use api::wire::recommend::{ItemShown, NextNeedShown, PredictedItem, PredictionsAnswer, RecommendedItem};
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
        let usual = prices.filter(|prices| prices.sale_at(self.now).is_some()).map(|prices| prices.price_cents);
        ItemShown {
            id: item.id().to_owned(),
            title: self.title(item, None),
            brand: item.brand().map(str::to_owned),
            price_cents: prices.map(|prices| prices.cents_at(self.now)),
            usual_price_cents: usual,
            currency: prices.map(|prices| prices.currency.as_str().to_owned()),
            in_stock: item.stock().is_in(),
            link: item.link().map(str::to_owned),
            image: item.images().next().map(|(url, _)| url.to_owned()),
        }
    }

    /// An item of a decision. Of `of`, which may be something that the person did, only those learn whom it may be told.
    pub fn recommended(&self, shown: &ShownItem, tells_of: bool) -> RecommendedItem {
        let of = shown.of.as_deref().filter(|_| tells_of);
        let because = |language: &'static str| {
            let title = of.and_then(|id| self.catalog.find(id)).map(|item| self.title(&item, Some(language)));
            Some((language.to_owned(), sentence(shown.why?, language, title.as_deref())))
        };
        RecommendedItem {
            id: shown.id.to_string(),
            why: shown.why.map(|why| why.word().to_owned()),
            of: of.map(str::to_owned),
            because: ["en", "fr"].into_iter().filter_map(because).collect::<BTreeMap<_, _>>(),
            item: self.catalog.find(&shown.id).map(|item| self.item(&item)),
        }
    }

    /// What is foretold of a person.
    pub fn predicted(&self, predictions: &Predictions) -> PredictionsAnswer {
        let told = |one: &Prediction| {
            let need = |need: NextNeed| NextNeedShown {
                earliest: need.earliest.into(),
                likely: need.likely.into(),
                latest: need.latest.into(),
            };
            let shown = ShownItem { id: one.item.clone(), why: Some(one.why), of: one.of.clone() };
            PredictedItem {
                item: self.recommended(&shown, true),
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

    fn title(&self, item: &ItemView<'_>, language: Option<&str>) -> String {
        let wanted: Vec<&str> = match language {
            Some(language) => vec![language],
            None => self.languages.iter().map(|language| &**language).collect(),
        };
        item.best_texts(&wanted).map_or_else(String::new, |texts| texts.title.to_owned())
    }
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
