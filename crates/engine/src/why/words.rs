//! Reasons in words that a customer reads, in English and French.

use std::borrow::Cow;

use condition::{Evidence, Model};
use model::{
    decision::Reason,
    fact::{FactKind, TraitValue},
    journey::{Aim, Stage},
    schema::Meaning,
    time::Timestamp,
    trust::{Floors, Trust, Use},
    value::Value,
};

use super::{Pull, Why};

#[derive(Clone, Copy)]
enum Tongue {
    English,
    French,
}

/// The same in both languages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Said {
    /// English.
    pub english: String,
    /// French.
    pub french: String,
}

impl Said {
    fn new(write: impl Fn(Tongue) -> String) -> Self {
        Self { english: write(Tongue::English), french: write(Tongue::French) }
    }
}

impl Tongue {
    fn one(self, english: &'static str, french: &'static str) -> &'static str {
        match self {
            Self::English => english,
            Self::French => french,
        }
    }

    fn own(self, english: String, french: String) -> String {
        match self {
            Self::English => english,
            Self::French => french,
        }
    }
}

impl Why {
    /// One sentence for the person. `now` is when it was decided. A value is said only where one is sure enough of it by
    /// these floors; without any, never: to a page that cannot prove who asks.
    pub fn said(&self, now: Timestamp, floors: Option<&Floors>) -> Said {
        Said::new(|tongue| self.sentence(tongue, now, floors))
    }

    /// The same for whoever cannot prove that they are the person: it tells nothing of what is known.
    pub fn said_to_anybody(&self) -> Said {
        match self {
            Self::Person(_) | Self::Absence => Said::new(|tongue| {
                tongue
                    .one(
                        "You see this because of what we know of you. Log in to read more.",
                        "Vous voyez ceci en raison de ce que nous savons de vous. Connectez-vous pour en savoir plus.",
                    )
                    .to_owned()
            }),
            other => other.said(Timestamp::EPOCH, None),
        }
    }

    fn sentence(&self, tongue: Tongue, now: Timestamp, floors: Option<&Floors>) -> String {
        match self {
            Self::Person(facts) => {
                let because: Vec<_> = facts.iter().map(|fact| clause(fact, tongue, now, floors)).collect();
                let because = because.join(tongue.one(" and ", " et "));
                tongue.own(format!("You see this because {because}."), format!("Vous voyez ceci parce que {because}."))
            }
            Self::Absence => tongue.own(
                "You see this because nothing that we know of you speaks against it.".to_owned(),
                "Vous voyez ceci parce que rien de ce que nous savons de vous ne s’y oppose.".to_owned(),
            ),
            Self::Request(_) => tongue.own(
                "You see this because of the page, the device, the place or the hour of this visit. Nothing that is \
                 known about you was used."
                    .to_owned(),
                "Vous voyez ceci en raison de la page, de l’appareil, du lieu ou de l’heure de cette visite. Rien de ce \
                 qui est connu de vous n’a servi."
                    .to_owned(),
            ),
            Self::Everybody => tongue.own(
                "You see this by chance: it is shown to a part of all visitors. Nothing that is known about you was \
                 used."
                    .to_owned(),
                "Vous voyez ceci par hasard : cela est montré à une partie de tous les visiteurs. Rien de ce qui est \
                 connu de vous n’a servi."
                    .to_owned(),
            ),
            Self::Neutral(Reason::NoConsent) => tongue.own(
                "You see what everybody sees, because you did not agree to anything else.".to_owned(),
                "Vous voyez ce que tout le monde voit, car vous n’avez rien accepté d’autre.".to_owned(),
            ),
            Self::Neutral(_) => tongue
                .one("You see what everybody sees.", "Vous voyez ce que tout le monde voit.")
                .to_owned(),
        }
    }
}

impl Pull {
    /// What the person is offered.
    pub fn said(self) -> Said {
        let (english, french) = match self {
            Self::Remove => ("Do not use this any more", "Ne plus utiliser cela"),
            Self::Less => ("Less of this", "Moins de cela"),
            Self::Never => ("Never again", "Plus jamais"),
        };
        Said { english: english.to_owned(), french: french.to_owned() }
    }
}

/// "you gave us your city", "vous nous avez donné votre ville".
fn clause(fact: &Evidence, tongue: Tongue, now: Timestamp, floors: Option<&Floors>) -> String {
    match fact {
        Evidence::Trait { name, value, trust } => of_trait(name.as_str(), value, *trust, tongue, floors),
        Evidence::Events { event, matched, last } => {
            let (times, when) = (times(*matched, tongue), last.map(|last| ago(last, now, tongue)));
            let done = done(event, tongue);
            let details: Vec<_> = times.into_iter().chain(when).collect();
            if details.is_empty() { done.into_owned() } else { format!("{done} ({})", details.join(", ")) }
        }
        Evidence::Interest { topic, strength } => {
            let value = topic.split_once(':').map_or(&**topic, |(_, value)| value);
            if strength.get() < 0.0 {
                return tongue.own(
                    format!("you seem not to be interested in “{value}”"),
                    format!("vous ne semblez pas vous intéresser à « {value} »"),
                );
            }
            tongue.own(
                format!("you seem to be interested in “{value}”"),
                format!("vous semblez vous intéresser à « {value} »"),
            )
        }
        Evidence::Score { .. } => tongue
            .one("of what you did here lately", "c’est en accord avec ce que vous avez fait ici récemment")
            .to_owned(),
        Evidence::Reading { model, says } => reading(*model, says.map_or("", |(word, _)| word), tongue).to_owned(),
        Evidence::Segment { .. } => tongue
            .one("you are among the customers for whom it is meant", "vous êtes parmi les clients visés")
            .to_owned(),
        Evidence::Request { .. } | Evidence::MissingTrait { .. } => {
            tongue.one("of this visit", "c’est en accord avec cette visite").to_owned()
        }
    }
}

fn of_trait(name: &str, value: &TraitValue, trust: Trust, tongue: Tongue, floors: Option<&Floors>) -> String {
    let label = label(name, tongue);
    let is_sure = floors.is_some_and(|floors| trust >= floors.of(Use::State));
    let stated = match &value.value {
        Value::Text(text) if is_sure => format!(" ({text})"),
        Value::Int(number) if is_sure => format!(" ({number})"),
        _ => String::new(),
    };
    let (english, french) = match value.kind {
        FactKind::Inferred => ("we suppose that we know your", "nous supposons connaître votre"),
        FactKind::Observed => ("we noted your", "nous avons relevé votre"),
        _ => ("you gave us your", "vous nous avez donné votre"),
    };
    format!("{} {label}{stated}", tongue.one(english, french))
}

/// What a trait is called: usual ones by what they mean, others by their name.
fn label(name: &str, tongue: Tongue) -> Cow<'static, str> {
    let known = Meaning::of(name).map(|meaning| match meaning {
        Meaning::GivenName => tongue.one("first name", "prénom"),
        Meaning::FamilyName => tongue.one("last name", "nom"),
        Meaning::FullName => tongue.one("name", "nom"),
        Meaning::Email => tongue.one("e-mail address", "adresse électronique"),
        Meaning::Phone => tongue.one("phone number", "numéro de téléphone"),
        Meaning::BirthDate => tongue.one("date of birth", "date de naissance"),
        Meaning::Address => tongue.one("address", "adresse"),
        Meaning::City => tongue.one("city", "ville"),
        Meaning::PostalCode => tongue.one("postal code", "code postal"),
    });
    let own = || tongue.own(format!("“{}”", name.replace('_', " ")), format!("« {} »", name.replace('_', " ")));
    known.map_or_else(|| own().into(), Into::into)
}

/// What somebody did, by the name of the event in the e-commerce vocabulary.
fn done(event: &str, tongue: Tongue) -> Cow<'static, str> {
    let (english, french) = match event {
        "Product Viewed" | "Product Clicked" => ("you looked at products", "vous avez regardé des produits"),
        "Product List Viewed" => ("you looked at a list of products", "vous avez regardé une liste de produits"),
        "Products Searched" => ("you searched for products", "vous avez cherché des produits"),
        "Product Added" => ("you put something in your cart", "vous avez mis quelque chose dans votre panier"),
        "Product Removed" => ("you took something out of your cart", "vous avez retiré quelque chose de votre panier"),
        "Product Added to Wishlist" => {
            ("you put something on your wish list", "vous avez complété votre liste d’envies")
        }
        "Cart Viewed" => ("you looked at your cart", "vous avez regardé votre panier"),
        "Checkout Started" => ("you began to order", "vous avez commencé une commande"),
        "Order Completed" => ("you ordered", "vous avez commandé"),
        "Order Refunded" => ("you returned something", "vous avez retourné quelque chose"),
        "page" | "screen" => ("you visited us", "vous nous avez rendu visite"),
        other => {
            return tongue
                .own(format!("of what you did: “{other}”"), format!("vous avez fait ceci : « {other} »"))
                .into();
        }
    };
    tongue.one(english, french).into()
}

fn times(matched: u32, tongue: Tongue) -> Option<String> {
    match matched {
        0 | 1 => None,
        many => Some(tongue.own(format!("{many} times"), format!("{many} fois"))),
    }
}

fn ago(last: Timestamp, now: Timestamp, tongue: Tongue) -> String {
    match now.day() - last.day() {
        ..=0 => tongue.one("today", "aujourd’hui").to_owned(),
        1 => tongue.one("yesterday", "hier").to_owned(),
        days => tongue.own(format!("{days} days ago"), format!("il y a {days} jours")),
    }
}

fn reading(model: Model, word: &str, tongue: Tongue) -> &'static str {
    match model {
        Model::Stage => match Stage::from_word(word) {
            Some(Stage::Discovery) | None => tongue.one("you are looking around", "vous découvrez notre offre"),
            Some(Stage::Comparison) => tongue.one("you seem to compare", "vous semblez comparer"),
            Some(Stage::Conversion) => tongue.one("you seem about to order", "vous semblez prêt à commander"),
            Some(Stage::Onboarding) => tongue.one("you ordered lately", "vous avez commandé récemment"),
            Some(Stage::Enrollment) => tongue.one("you come back to us", "vous nous êtes fidèle"),
        },
        Model::Aim => match Aim::from_word(word) {
            Some(Aim::Learn) | None => tongue.one("you seem to look for advice", "vous semblez chercher un conseil"),
            Some(Aim::Compare) => tongue.one("you seem to compare", "vous semblez comparer"),
            Some(Aim::Buy) => tongue.one("you seem about to order", "vous semblez prêt à commander"),
            Some(Aim::Gift) => tongue.one("you seem to look for a gift", "vous semblez chercher un cadeau"),
            Some(Aim::Fix) => tongue.one("you seem to need help", "vous semblez avoir besoin d’aide"),
            Some(Aim::Return) => tongue.one("you seem to return something", "vous semblez vouloir rendre un article"),
        },
    }
}
