//! The special categories of GDPR article 9.

use super::words::{Starts, has_pair, words};

/// A special category of personal data. Biometric data are one too; they are not taken at all: [`super::is_biometric`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Category {
    /// Illness, disability, pregnancy, treatment.
    Health,
    /// What the genes say.
    Genetic,
    /// Religion or belief.
    Religion,
    /// Racial or ethnic origin.
    Origin,
    /// Political opinions.
    Politics,
    /// Membership in a trade union.
    Union,
    /// Sex life or sexual orientation.
    SexLife,
}

impl Category {
    /// What it is, as the end of a sentence.
    pub const fn words(self) -> &'static str {
        match self {
            Self::Health => "somebody's health",
            Self::Genetic => "somebody's genes",
            Self::Religion => "somebody's religion or belief",
            Self::Origin => "somebody's racial or ethnic origin",
            Self::Politics => "somebody's political opinions",
            Self::Union => "membership in a trade union",
            Self::SexLife => "somebody's sex life or sexual orientation",
        }
    }
}

/// The special category that a name of a trait, a property, a segment, a score or a tag is about.
///
/// Spared is what says nothing about a person: `health_and_beauty`, `healthy_snacks`, `account_health`, `gender`, `sex`,
/// `race` (a run, and in French a breed), `politique_de_retour`, `golf_handicap`.
pub fn category(name: &str) -> Option<Category> {
    category_in(name).or_else(|| words(name).find_map(|word| by_name(word.as_str()))).or_else(|| {
        let mut found = None;
        has_pair(name, |before, this| {
            found = pair_by_name(before, this);
            found.is_some()
        });
        found.or_else(|| whole(name))
    })
}

/// The special category that a text of a condition is about: a category of products, the name of an event, a topic of
/// interest. What somebody buys can say it as clearly as a field does (CJEU C‑184/20, C‑21/23).
///
/// It finds less than [`category`]: words that name goods as often as persons are spared here, such as `health`,
/// `cancer` (also a sign of the zodiac), `Christian` (also a first name), `enceinte` (also a loudspeaker).
pub fn category_in(text: &str) -> Option<Category> {
    if !STARTS.may_be_in(text) {
        return None;
    }
    words(text).find_map(|word| anywhere(word.as_str())).or_else(|| {
        let mut found = None;
        has_pair(text, |before, this| {
            found = pair_anywhere(before, this);
            found.is_some()
        });
        found
    })
}

/// Words that speak of persons wherever they stand.
const ANYWHERE: [(Category, &[&str]); 6] = [
    (
        Category::Health,
        &[
            "illness",
            "illnesses",
            "disease",
            "diseases",
            "maladie",
            "maladies",
            "diabetes",
            "diabetic",
            "diabetics",
            "diabete",
            "diabetique",
            "diabetiques",
            "hiv",
            "vih",
            "sida",
            "autism",
            "autistic",
            "autisme",
            "autiste",
            "autistes",
            "adhd",
            "tdah",
            "alzheimer",
            "dementia",
            "epilepsy",
            "epileptic",
            "epilepsie",
            "asthma",
            "asthmatic",
            "asthme",
            "infertility",
            "infertilite",
            "menopause",
            "incontinence",
            "alcoholism",
            "alcoolisme",
            "psychiatric",
            "psychiatrique",
            "suicidal",
            "suicidaire",
            "contraception",
            "abortion",
            "avortement",
            "chemotherapy",
            "chimiotherapie",
            "pregnant",
            "pregnancy",
            "grossesse",
            "obesity",
            "obesite",
            "obese",
            "disability",
            "disabilities",
        ],
    ),
    (Category::Genetic, &["genetic", "genetics", "genetique", "genetiques", "genome"]),
    (
        Category::Religion,
        &[
            "religion",
            "religions",
            "religious",
            "muslim",
            "muslims",
            "musulman",
            "musulmans",
            "musulmane",
            "musulmanes",
            "islam",
            "islamic",
            "islamique",
            "catholic",
            "catholics",
            "catholique",
            "catholiques",
            "jewish",
            "juif",
            "juifs",
            "juive",
            "juives",
            "judaism",
            "judaisme",
            "hindu",
            "hindus",
            "hindou",
            "hindous",
            "buddhist",
            "buddhists",
            "bouddhiste",
            "bouddhistes",
            "sikh",
            "sikhs",
            "atheist",
            "atheists",
            "athee",
            "athees",
            "halal",
            "kosher",
            "casher",
        ],
    ),
    (Category::Origin, &["ethnicity", "ethnicities", "ethnie", "ethnies", "racial", "raciale"]),
    (Category::Union, &["syndique", "syndiques", "syndiquee", "syndiquees"]),
    (
        Category::SexLife,
        &[
            "sexual",
            "sexuality",
            "sexuel",
            "sexuels",
            "sexuelle",
            "sexuelles",
            "sexualite",
            "homosexual",
            "homosexuals",
            "homosexuel",
            "homosexuels",
            "homosexuelle",
            "homosexuelles",
            "heterosexual",
            "heterosexuel",
            "bisexual",
            "bisexuals",
            "bisexuel",
            "bisexuels",
            "bisexuelle",
            "lesbian",
            "lesbians",
            "lesbienne",
            "lesbiennes",
            "lgbt",
            "lgbtq",
            "lgbtqia",
            "transgender",
            "transgenre",
            "transgenres",
            "gay",
            "gays",
            "queer",
        ],
    ),
];

/// Two words beside each other that do.
const PAIRS_ANYWHERE: [(Category, &[&str], &[&str]); 8] = [
    (Category::Health, &["femme", "femmes"], &["enceinte", "enceintes"]),
    (Category::Politics, &["political"], &["opinion", "opinions", "view", "views", "affiliation", "orientation"]),
    (Category::Politics, &["opinion", "opinions", "orientation", "affiliation"], &["politique", "politiques"]),
    (Category::Origin, &["ethnic"], &["origin", "origins", "group", "background"]),
    (Category::Origin, &["origine", "origines", "groupe"], &["ethnique", "ethniques"]),
    (Category::Union, &["trade"], &["union", "unions", "unionist", "unionists"]),
    (Category::Union, &["union"], &["member", "members", "membership"]),
    (Category::SexLife, &["sex"], &["life"]),
];

/// How all of these begin.
const STARTS: Starts = {
    let mut starts = Starts::of(&[]);
    let mut at = 0;
    while at < ANYWHERE.len() {
        starts = starts.and(ANYWHERE[at].1);
        at += 1;
    }
    at = 0;
    while at < PAIRS_ANYWHERE.len() {
        starts = starts.and(PAIRS_ANYWHERE[at].1);
        at += 1;
    }
    starts
};

fn anywhere(word: &str) -> Option<Category> {
    ANYWHERE.iter().find(|(_, words)| words.contains(&word)).map(|(category, _)| *category)
}

fn pair_anywhere(before: &str, this: &str) -> Option<Category> {
    let found = PAIRS_ANYWHERE.iter().find(|(_, first, second)| first.contains(&before) && second.contains(&this));
    found.map(|(category, ..)| *category)
}

/// Words that speak of persons where they name a trait or a group, and elsewhere often of goods.
fn by_name(word: &str) -> Option<Category> {
    Some(match word {
        "diagnosis" | "diagnoses" | "medication" | "medications" | "medicament" | "medicaments" | "prescription"
        | "prescriptions" | "ordonnance" | "ordonnances" | "allergy" | "allergies" | "allergic" | "allergie"
        | "allergique" | "allergiques" | "intolerance" | "intolerances" | "depression" | "depressive" | "depressif"
        | "depressifs" | "anxiety" | "anxiete" | "cancer" | "bmi" | "imc" | "overweight" | "surpoids" | "addiction"
        | "addictions" | "addict" | "addicts" | "handicapped" | "handicape" | "handicapes" | "handicapee"
        | "handicapees" | "vaccinated" | "illnesses" => Category::Health,
        "dna" | "adn" => Category::Genetic,
        "christians" | "chretien" | "chretiens" | "chretienne" | "chretiennes" | "protestants" | "religieux" => {
            Category::Religion
        }
        "political" | "politically" => Category::Politics,
        "syndicat" | "syndicats" | "syndical" | "syndicale" => Category::Union,
        _ => return None,
    })
}

fn pair_by_name(before: &str, this: &str) -> Option<Category> {
    Some(match (before, this) {
        (
            "health",
            "status" | "state" | "condition" | "conditions" | "issue" | "issues" | "problem" | "problems" | "data"
            | "record" | "records" | "concern" | "concerns" | "history",
        ) => Category::Health,
        ("etat" | "probleme" | "problemes" | "donnees" | "donnee" | "dossier", "sante") => Category::Health,
        (
            "medical",
            "condition" | "conditions" | "history" | "record" | "records" | "data" | "treatment" | "status",
        ) => Category::Health,
        (
            "dossier" | "donnees" | "antecedents" | "etat" | "suivi",
            "medical" | "medicale" | "medicales" | "medicaux",
        ) => Category::Health,
        ("blood", "type" | "group") | ("groupe", "sanguin") | ("disabled", "person" | "persons" | "people") => {
            Category::Health
        }
        ("vaccination", "status") | ("statut", "vaccinal") => Category::Health,
        ("couleur", "peau") => Category::Origin,
        // In American and in British spelling.
        ("skin", this) if this.starts_with("colo") => Category::Origin,
        ("parti" | "bord" | "engagement" | "tendance", "politique") | ("voting", "intention" | "intentions") => {
            Category::Politics
        }
        ("intention" | "intentions", "vote") => Category::Politics,
        ("sex", "life" | "orientation") => Category::SexLife,
        (before, "handicap" | "handicaps") if before != "golf" => Category::Health,
        _ => return None,
    })
}

/// Words that are about a person only if nothing stands beside them.
fn whole(name: &str) -> Option<Category> {
    let mut words = words(name);
    let (only, None) = (words.next()?, words.next()) else { return None };
    Some(match only.as_str() {
        "health" | "sante" | "medical" | "enceinte" | "enceintes" => Category::Health,
        "faith" | "confession" | "croyance" | "croyances" | "christian" => Category::Religion,
        "ethnic" | "ethnique" => Category::Origin,
        "politics" | "politique" => Category::Politics,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_what_is_special_are_found_in_both_languages() {
        for (name, expected) in [
            ("health", Category::Health),
            ("healthStatus", Category::Health),
            ("health_condition", Category::Health),
            ("santé", Category::Health),
            ("état_de_santé", Category::Health),
            ("Problèmes de santé", Category::Health),
            ("medical_history", Category::Health),
            ("diabetic", Category::Health),
            ("diabétiques", Category::Health),
            ("is_pregnant", Category::Health),
            ("likely-pregnant", Category::Health),
            ("femmes-enceintes", Category::Health),
            ("enceinte", Category::Health),
            ("allergies", Category::Health),
            ("handicap", Category::Health),
            ("situation_de_handicap", Category::Health),
            ("disability", Category::Health),
            ("bloodType", Category::Health),
            ("groupe_sanguin", Category::Health),
            ("dna", Category::Genetic),
            ("genetic_profile", Category::Genetic),
            ("religion", Category::Religion),
            ("Religious Belief", Category::Religion),
            ("muslims", Category::Religion),
            ("juifs", Category::Religion),
            ("catholiques-pratiquants", Category::Religion),
            ("halal-buyers", Category::Religion),
            ("confession", Category::Religion),
            ("ethnicity", Category::Origin),
            ("ethnic_origin", Category::Origin),
            ("origine_ethnique", Category::Origin),
            ("skin_color", Category::Origin),
            ("political_opinion", Category::Politics),
            ("opinions politiques", Category::Politics),
            ("parti_politique", Category::Politics),
            ("trade_union", Category::Union),
            ("unionMember", Category::Union),
            ("syndiqué", Category::Union),
            ("syndicat", Category::Union),
            ("sexual_orientation", Category::SexLife),
            ("orientation_sexuelle", Category::SexLife),
            ("gay", Category::SexLife),
            ("lgbtq_shoppers", Category::SexLife),
            ("vie sexuelle", Category::SexLife),
        ] {
            assert_eq!(category(name), Some(expected), "{name}");
        }
    }

    #[test]
    fn names_that_only_sound_like_it_are_spared() {
        for name in [
            "",
            "healthy_snacks",
            "health_and_beauty",
            "healthBeauty",
            "account_health",
            "health_check",
            "rayon_santé_beauté",
            "wealth",
            "gender",
            "sex",
            "sexe",
            "unisex",
            "race",
            "trail_race",
            "notifications_disabled",
            "disabled",
            "golf_handicap",
            "enceinte_bluetooth",
            "enceintes_connectées",
            "religieuse_au_chocolat",
            "christian_louboutin",
            "politique_de_retour",
            "privacy_policy",
            "orientation",
            "screen_orientation",
            "credit_union",
            "european_union",
            "union_jack",
            "skin_type",
            "skin_tone",
            "ethnic_print",
            "motif_ethnique",
            "medical_shoes",
            "first_aid",
            "hearing_aids",
            "nationality",
            "christmas_shoppers",
            "diagnostic_tool",
            "confession_box",
            "party",
        ] {
            assert_eq!(category(name), None, "{name}");
        }
    }

    #[test]
    fn texts_that_name_goods_as_often_as_persons_are_spared() {
        for text in
            ["Health", "Health & Beauty", "cancer", "Christian", "enceinte", "allergies", "politics", "dna", "race"]
        {
            assert_eq!(category_in(text), None, "{text}");
        }
        for (text, expected) in [
            ("category:diabetes", Category::Health),
            ("Pregnancy Test", Category::Health),
            ("tests-de-grossesse", Category::Health),
            ("Halal", Category::Religion),
            ("tag:kosher", Category::Religion),
            ("political views", Category::Politics),
            ("Trade Union", Category::Union),
            ("lgbt", Category::SexLife),
        ] {
            assert_eq!(category_in(text), Some(expected), "{text}");
        }
    }
}
