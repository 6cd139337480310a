//! What a census found, as sentences in English and French.

use api::wire::census::Words;
use engine::census::{SourceTally, UNREAD_AFTER};
use model::{
    name::{Name, Source, Trait},
    time::Span,
};

/// One of the six failures.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Failure {
    Stale,
    Wrong,
    WithoutPurchase,
    Assumed,
    OverContacted,
    NotJoined,
}

impl Failure {
    /// The word in answers.
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Stale => "stale",
            Self::Wrong => "wrong",
            Self::WithoutPurchase => "without_purchase",
            Self::Assumed => "assumed",
            Self::OverContacted => "over_contacted",
            Self::NotJoined => "not_joined",
        }
    }

    /// What is said of whom it concerns: of one and of several, in English and in French.
    const fn says(self) -> [(&'static str, &'static str); 2] {
        match self {
            Self::Stale => [
                (
                    "has at least one attribute that is too old to be believed",
                    "have at least one attribute that is too old to be believed",
                ),
                (
                    "a au moins un attribut trop ancien pour être cru",
                    "ont au moins un attribut trop ancien pour être cru",
                ),
            ],
            Self::Wrong => [
                (
                    "has at least one attribute that is contradicted, corrected or doubtful",
                    "have at least one attribute that is contradicted, corrected or doubtful",
                ),
                (
                    "a au moins un attribut contredit, corrigé ou douteux",
                    "ont au moins un attribut contredit, corrigé ou douteux",
                ),
            ],
            Self::WithoutPurchase => [
                ("has no purchase on record", "have no purchase on record"),
                ("n'a aucun achat conservé", "n'ont aucun achat conservé"),
            ],
            Self::Assumed => [
                ("is known by one occasion only", "are known by one occasion only"),
                ("n'est connu que par une seule occasion", "ne sont connus que par une seule occasion"),
            ],
            Self::OverContacted => [
                (
                    "was contacted more often than allowed in the last 30 days",
                    "were contacted more often than allowed in the last 30 days",
                ),
                (
                    "a été contacté plus souvent que permis ces 30 derniers jours",
                    "ont été contactés plus souvent que permis ces 30 derniers jours",
                ),
            ],
            Self::NotJoined => [
                (
                    "stands only in a source that is not joined with the others",
                    "stand only in a source that is not joined with the others",
                ),
                (
                    "n'existe que dans une source qui n'est pas reliée aux autres",
                    "n'existent que dans une source qui n'est pas reliée aux autres",
                ),
            ],
        }
    }
}

/// How many customers a failure concerns.
pub(crate) fn failure(failure: Failure, concerned: u64, of: u64) -> Words {
    if of == 0 {
        return Words {
            en: "There are no customers yet.".to_owned(),
            fr: "Il n'y a pas encore de clients.".to_owned(),
        };
    }
    let [(one_en, many_en), (one_fr, many_fr)] = failure.says();
    let (en, fr) = if concerned == 1 { (one_en, one_fr) } else { (many_en, many_fr) };
    // French counts zero with one.
    let fr = if concerned == 0 { one_fr } else { fr };
    Words {
        en: format!(
            "{concerned} of {of} {} ({} %) {en}.",
            if of == 1 { "customer" } else { "customers" },
            percent(concerned, of)
        ),
        fr: format!(
            "{concerned} {} sur {of} ({} %) {fr}.",
            clients(concerned),
            percent(concerned, of).replace('.', ",")
        ),
    }
}

/// A source that sent nothing for so many days; `None`: it never did.
pub(crate) fn silent(source: &Name<Source>, days: Option<i64>, customers: u64) -> Words {
    match days {
        Some(days) => Words {
            en: format!("The source {source} has been silent for {days} days; it told of {customers} customers."),
            fr: format!(
                "La source {source} est muette depuis {days} jours ; {customers} {} en viennent.",
                clients(customers)
            ),
        },
        None => Words {
            en: format!("The source {source} has never sent anything since it was published."),
            fr: format!("La source {source} n'a jamais rien envoyé depuis sa publication."),
        },
    }
}

/// A source most of whose customers stand in no other one.
pub(crate) fn not_joined(source: &Name<Source>, tally: &SourceTally) -> Words {
    let SourceTally { alone, customers, .. } = tally;
    Words {
        en: format!(
            "The source {source} is not joined: {alone} of its {customers} customers ({} %) are in no other source.",
            percent(*alone, *customers)
        ),
        fr: format!(
            "La source {source} n'est pas reliée : {alone} de ses {customers} clients ({} %) ne sont dans aucune autre.",
            percent(*alone, *customers).replace('.', ",")
        ),
    }
}

/// A trait that no decision reads.
pub(crate) fn unread(name: &Name<Trait>, profiles: u64) -> Words {
    let days = UNREAD_AFTER.as_millis() / Span::DAY.as_millis();
    Words {
        en: format!(
            "{name} is kept of {profiles} profiles, and no decision has read it for {days} days: it is proposed for \
             deletion."
        ),
        fr: format!(
            "{name} est conservé pour {profiles} profils et aucune décision ne l'a lu depuis {days} jours : sa \
             suppression est proposée."
        ),
    }
}

const fn clients(count: u64) -> &'static str {
    if count < 2 { "client" } else { "clients" }
}

/// In tenths of a percent, rounded to the nearest.
fn percent(part: u64, of: u64) -> String {
    let tenths = (part * 2_000 + of) / (of * 2).max(1);
    format!("{}.{}", tenths / 10, tenths % 10)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sentences_count_as_their_language_does() {
        let says = |concerned, of| failure(Failure::WithoutPurchase, concerned, of);
        assert_eq!(says(14, 200).en, "14 of 200 customers (7.0 %) have no purchase on record.");
        assert_eq!(says(14, 200).fr, "14 clients sur 200 (7,0 %) n'ont aucun achat conservé.");
        assert_eq!(says(1, 3).en, "1 of 3 customers (33.3 %) has no purchase on record.");
        assert_eq!(says(0, 1).en, "0 of 1 customer (0.0 %) have no purchase on record.");
        assert_eq!(says(0, 1).fr, "0 client sur 1 (0,0 %) n'a aucun achat conservé.");
        assert_eq!(says(0, 0).en, "There are no customers yet.");
    }

    #[test]
    fn a_percentage_has_one_digit_and_is_rounded() {
        for (part, of, expected) in [(1, 3, "33.3"), (2, 3, "66.7"), (3, 3, "100.0"), (1, 2_000, "0.1"), (0, 0, "0.0")]
        {
            assert_eq!(percent(part, of), expected);
        }
    }
}
