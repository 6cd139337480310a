//! The pages that are decided: 20 experiences in four placements over 30 segments, and what a browser sends for one.

use serde_json::{Map, Value, json};

use crate::{
    load::Sends,
    shop::{self, CATEGORIES, CITIES, COUNTRIES, LANGUAGES},
    traffic::{Draws, PERSON_DIGITS, write_digits},
};

/// How many experiences the shop has. Each has an audience of its own.
const EXPERIENCES: usize = 20;
/// How many segments: with the audiences, 50 conditions.
const SEGMENTS: usize = 30;

/// All experiences compete for the first placement; in each of the others there are a third of them.
const PLACEMENTS: [&str; 4] = ["home-hero", "home-strip", "category-top", "cart-help"];

/// One placement, and all experiences with it.
pub(crate) const ONE: &[&str] = &["home-hero"];
/// Three placements of one page.
pub(crate) const THREE: &[&str] = &["home-hero", "home-strip", "category-top"];

/// The shop as a file of definitions.
pub(crate) fn definitions() -> Value {
    let segments = shop::segments().into_iter().take(SEGMENTS);
    let segments: Map<_, _> = segments.map(|(name, condition)| (name, json!({ "condition": condition }))).collect();
    let contents = (0..EXPERIENCES).flat_map(|number| ["a", "b"].map(|variant| content(number, variant)));
    let contents: Map<_, _> = contents.chain([("welcome".to_owned(), texts("Welcome", "Bienvenue"))]).collect();
    let placement =
        |name: &str| (name.to_owned(), json!({ "channel": "web", "format": "banner-1200x400", "neutral": "welcome" }));
    let experiences: Map<_, _> = (0..EXPERIENCES).map(|number| (format!("e{number:02}"), experience(number))).collect();
    json!({
        "segment": segments,
        "content": contents,
        "placement": PLACEMENTS.map(placement).into_iter().collect::<Map<_, _>>(),
        "layer": { "home-tests": { "description": "One test at a time." } },
        "experience": experiences,
    })
}

fn experience(number: usize) -> Value {
    let mut body = json!({
        "placements": [PLACEMENTS[0], PLACEMENTS[1 + number % 3]],
        "audience": audience(number),
        "priority": number / 4,
        "score": (number % 4) as f64 / 4.0,
        "benefit": { "fr": "Trouver plus vite ce qui convient.", "en": "Find sooner what fits." },
        "variants": {
            "control": { "share": 0.2 },
            "a": { "share": 0.4, "contents": format!("c{number:02}-a") },
            "b": { "share": 0.4, "contents": format!("c{number:02}-b") },
        },
    });
    match number % 4 {
        0 => body["caps"] = json!([{ "most": 3, "per": "24h" }, { "most": 10, "per": "7d" }]),
        1 if number < 8 => {
            let from = if number == 1 { 0.0 } else { 0.5 };
            body["layer"] = json!({ "name": "home-tests", "from": from, "to": from + 0.5 });
        }
        2 => body["traffic"] = json!(0.8),
        _ => {}
    }
    body
}

/// Of five audiences two are on segments, one each on traits, on a window over events, and on the request.
fn audience(number: usize) -> String {
    let (country, language) = (COUNTRIES[number % COUNTRIES.len()], LANGUAGES[number % LANGUAGES.len()]);
    match number % 5 {
        0 => format!(r#"segment("s{number:03}")"#),
        1 => format!(r#"segment("s{:03}") && !segment("s{:03}")"#, number + 4, number + 9),
        2 => {
            let city = CITIES[number % CITIES.len()];
            format!(r#"profile.country == "{country}" && profile.language == "{language}" && profile.city != "{city}""#)
        }
        3 => {
            let (days, category) = (7 + number, number % CATEGORIES);
            format!(
                r#"events("Product Viewed").where(category == "c{category:02}").within("{days}d").count() > 0 && request.device == "desktop""#
            )
        }
        _ => format!(
            r#"request.device == "phone" && request.page.path.startsWith("/shoes") && profile.language == "{language}""#
        ),
    }
}

fn content(number: usize, variant: &str) -> (String, Value) {
    let (title, titre) = match number % 4 {
        0 => (r#"Delivered in {{ profile.city | "your town" }}"#, r#"Livré à {{ profile.city | "domicile" }}"#),
        _ => ("Trail runners that last", "Des chaussures qui durent"),
    };
    (format!("c{number:02}-{variant}"), texts(title, titre))
}

fn texts(title: &str, titre: &str) -> Value {
    let fields = |title: &str, text: &str, path: &str| {
        json!({
            "title": title,
            "text": text,
            "link": format!("https://shop.example{path}/shoes/trail"),
            "image": "https://img.shop.example/banners/trail-1200x400.webp",
        })
    };
    let en = "Tested on 300 km of coast path, and repaired for free for two years.";
    let fr = "Éprouvées sur 300 km de sentier côtier, et réparées gratuitement deux ans.";
    json!({ "stage": "discovery", "intent": "inform", "languages": { "en": fields(title, en, "/en"), "fr": fields(titre, fr, "") } })
}

/// Pages of visitors who are drawn evenly, as one browser asks for them. Notes the ids of the decisions.
#[derive(Debug, Clone)]
pub(crate) struct Pages {
    bytes: Vec<u8>,
    person: usize,
    persons: u64,
    seed: u64,
    /// The id of each page's first decision, in its text form.
    pub(crate) ids: Vec<[u8; ID_BYTES]>,
    /// Answers without an id: there was no time to decide.
    pub(crate) neutral: u64,
}

/// Bytes of an id of a decision.
pub(crate) const ID_BYTES: usize = 30;
const ID_FIELD: &[u8] = br#""id":""#;
const PERSON_FIELD: &str = r#""anonymousId":"a"#;

impl Pages {
    /// What browser number `browser` sends for these placements, of so many visitors.
    pub(crate) fn new(placements: &[&str], persons: u64, browser: u64, seed: u64) -> Self {
        let version = 100 + browser % 64;
        let context = json!({
            "page": { "path": "/shoes", "url": "https://shop.example/shoes?color=blue", "title": "Shoes",
                "referrer": "https://search.example/" },
            "userAgent": format!("Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/{version}.0.0.0 Safari/537.36"),
            "locale": "fr-FR",
            "timezone": "Europe/Paris",
        });
        let (placements, nonce) = (json!(placements), format!("n{browser:012}"));
        let person = format!("{:0PERSON_DIGITS$}", 0);
        let body =
            format!(r#"{{{PERSON_FIELD}{person}","placements":{placements},"nonce":"{nonce}","context":{context}}}"#);
        let person = body.find(PERSON_FIELD).expect("just written") + PERSON_FIELD.len();
        Self { bytes: body.into_bytes(), person, persons, seed, ids: Vec::new(), neutral: 0 }
    }

    /// Of so many browsers.
    pub(crate) fn browsers(placements: &[&str], persons: u64, browsers: usize, seed: u64) -> Vec<Self> {
        (0..browsers as u64).map(|browser| Self::new(placements, persons, browser, seed)).collect()
    }
}

impl Sends for Pages {
    fn body(&mut self, request: u64) -> &[u8] {
        let person = Draws::new(self.seed << 40 ^ request).below(self.persons);
        write_digits(&mut self.bytes, self.person, PERSON_DIGITS, person);
        &self.bytes
    }

    fn answered(&mut self, answer: &[u8]) {
        let at = answer.windows(ID_FIELD.len()).position(|window| window == ID_FIELD);
        match at.and_then(|at| answer[at + ID_FIELD.len()..].first_chunk()) {
            Some(id) => self.ids.push(*id),
            None => self.neutral += 1,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_experiences_compile_into_a_plan() {
        let mut documents = definition::Documents::defaults();
        let all = definitions();
        for kind in ["segment", "content", "placement", "layer", "experience"] {
            for (name, body) in all[kind].as_object().unwrap() {
                documents.put(definition::Kind::from_word(kind).unwrap(), name, body).unwrap();
            }
        }
        let plan = definition::compile(&mut documents, 1, None).unwrap();
        assert_eq!(plan.segments.rules().len() + plan.decisions.experiences().len(), 50);
        assert_eq!(plan.decisions.experiences_of(ONE[0]).count(), EXPERIENCES);
    }

    #[test]
    fn a_page_asks_for_one_visitor_and_notes_the_decision() {
        let mut pages = Pages::new(THREE, 1_000, 3, 1);
        let body: Value = serde_json::from_slice(pages.body(7)).unwrap();
        let visitor: u64 = body["anonymousId"].as_str().unwrap()[1..].parse().unwrap();
        assert!(visitor < 1_000);
        assert_eq!(body["placements"], json!(THREE));
        pages.answered(br#"{"decisions":[{"id":"dec_00000000000000000000000000","placement":"home-hero"}]}"#);
        pages.answered(br#"{"decisions":[{"placement":"home-hero"}]}"#);
        assert_eq!((pages.ids.as_slice(), pages.neutral), (&[*b"dec_00000000000000000000000000"][..], 1));
    }
}
