//! The description of definitions in OpenAPI, held against what the program takes: a client that is generated from it
//! can say all that can be said, and must not say what may be left out.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};
use testkit::client::Answer;

use crate::{
    deciding::{content, placement, publish},
    shop::Shop,
};

/// Documents of each kind, with every field that it may have: the schema's name, kind, name, document.
const DOCUMENTS: &str = r#"[
  ["PurposeDocument", "purpose", "club", {"description": {"en": "To run the club."}}],
  ["ConsentCategoryDocument", "consent_category", "C9", {"purposes": ["club"], "description": "x"}],
  ["SourceDocument", "source", "panel", {"kind": "partner", "reliability": 0.5, "basis": "consent",
    "any_of": ["partner"], "facts": "inferred", "verifies": true, "description": "x"}],
  ["SourceDocument", "source", "erp", {"kind": "file", "reliability": 0.9, "basis": "contract", "serves": ["site"]}],
  ["TraitDocument", "trait", "size", {"holds": "one_of", "values": ["s", "l"], "purpose": "site",
    "means": "nothing", "half_life": "90d", "names_the_person": false, "description": "x"}],
  ["NamespaceDocument", "namespace", "erp", {"strength": "strong", "strong_when_verified": true,
    "one_per_person": true, "most_per_profile": 2, "fold_case": true, "description": "x"}],
  ["SegmentDocument", "segment", "tall", {"condition": "true", "description": "x"}],
  ["LayerDocument", "layer", "tests", {"description": "x"}],
  ["ContentDocument", "content", "boots", {"languages": {"en": {"title": "Boots"}}, "stage": ["discovery", "comparison"],
    "intent": "inform", "fallback": "en", "expires": "2030-01-01", "tags": ["shoes"], "suits": "true",
    "prefer": "has(profile.city)", "items": "viewed", "description": "x"}],
  ["PlacementDocument", "placement", "side", {"channel": "web", "neutral": ["welcome"], "format": "300 x 600",
    "most_contents": 2, "purpose": "site", "checkout": false, "description": "x"}],
  ["ExperienceDocument", "experience", "walk", {"placements": ["home"], "audience": "true",
    "benefit": {"en": "Dry feet.", "fr": "Pieds secs."},
    "variants": {"control": {"share": 0.05}, "a": {"share": 0.35, "contents": ["boots"], "description": "x"},
      "b": {"share": 0.3, "pool": {"contents": ["boots"], "tags": ["shoes"], "order": ["unseen"], "repeat": "no"}},
      "c": {"share": 0.3, "menu": {"contents": ["boots"], "fixed": ["boots"]}}},
    "priority": 1, "score": 0.5, "caps": [{"most": 1, "per": "7d"}], "starts": "2026-01-01", "ends": "2029-01-01",
    "layer": {"name": "tests", "from": 0, "to": 0.5}, "traffic": 0.5, "salt": "x", "enabled": true,
    "memory": "season", "worth": {"gain_cents": {"low": 1, "expected": 2}, "cost_cents": 0.5},
    "small_control": "Few people come.", "description": "x"}],
  ["SettingDocument", "setting", "zone", {"value": "Europe/Paris", "description": "x"}]
]"#;

/// The parts of documents that have a schema of their own: the schema's name, the document's kind, where the part is.
const PARTS: [(&str, &str, &str); 9] = [
    ("VariantDocument", "experience", "/variants/a"),
    ("VariantDocument", "experience", "/variants/b"),
    ("VariantDocument", "experience", "/variants/c"),
    ("PoolDocument", "experience", "/variants/b/pool"),
    ("MenuDocument", "experience", "/variants/c/menu"),
    ("WorthDocument", "experience", "/worth"),
    ("GainDocument", "experience", "/worth/gain_cents"),
    ("CapDocument", "experience", "/caps/0"),
    ("PartDocument", "experience", "/layer"),
];

/// What has a schema.
struct Described {
    schema: String,
    kind: String,
    name: String,
    document: Value,
    /// Where in the document it is.
    at: &'static str,
}

impl Described {
    fn keys(&self) -> BTreeSet<String> {
        keys(self.document.pointer(self.at).unwrap())
    }

    /// Publishes the document as somebody changed it.
    fn put(&self, shop: &Shop, change: impl FnOnce(&mut Map<String, Value>)) -> Answer {
        let mut document = self.document.clone();
        change(document.pointer_mut(self.at).unwrap().as_object_mut().unwrap());
        shop.secret.put(&format!("/v1/definitions/{}/{}", self.kind, self.name), &document)
    }
}

/// The documents, and their parts.
fn described() -> Vec<Described> {
    let documents: Vec<(String, String, String, Value)> = serde_json::from_str(DOCUMENTS).unwrap();
    let whole = documents.iter().cloned().map(|(schema, kind, name, document)| Described {
        schema,
        kind,
        name,
        document,
        at: "",
    });
    let parts = PARTS.iter().map(|(schema, of, at)| {
        let (_, kind, name, document) = documents.iter().find(|(_, kind, ..)| kind == of).cloned().unwrap();
        Described { schema: (*schema).to_owned(), kind, name, document, at }
    });
    whole.chain(parts).collect()
}

/// A shop in which all of them are published, and the schemas that it describes them by.
fn open(described: &[Described]) -> (Shop, Value) {
    let shop = Shop::open();
    publish(
        &shop,
        &json!({
            "content": {"welcome": content(&json!({"fr": {"title": "Bienvenue"}, "en": {"title": "Welcome"}}))},
            "placement": {"home": placement("web", "welcome")},
        }),
    );
    described.iter().for_each(|one| _ = one.put(&shop, |_| {}).expect(200));
    let schemas = shop.server.nobody().get("/openapi.json").expect(200).json()["components"]["schemas"].clone();
    (shop, schemas)
}

fn keys(object: &Value) -> BTreeSet<String> {
    object.as_object().unwrap().keys().cloned().collect()
}

#[test]
fn every_field_that_is_described_is_taken_and_every_field_that_is_taken_is_described() {
    let all = described();
    let (shop, schemas) = open(&all);
    let mut published: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
    for one in &all {
        let schema = &schemas[&one.schema];
        assert_eq!(schema["additionalProperties"], false, "{}", one.schema);
        published.entry(&one.schema).or_default().extend(one.keys());
        let refused = one.put(&shop, |fields| _ = fields.insert("odd".into(), json!(1))).expect(422).json();
        let (code, pointer) = (&refused["code"], &refused["error"]["pointer"]);
        assert_eq!((code, pointer), (&json!("UNKNOWN_FIELD"), &json!(format!("{}/odd", one.at))), "{}", one.schema);
        let (_, known) = refused["message"].as_str().unwrap().split_once("there are").unwrap();
        let known: BTreeSet<String> = known.split('`').skip(1).step_by(2).map(str::to_owned).collect();
        assert_eq!(keys(&schema["properties"]), known, "{}: described, and known to the program", one.schema);
    }
    for (schema, published) in published {
        assert_eq!(published, keys(&schemas[schema]["properties"]), "{schema}: published here, and described");
    }
}

#[test]
fn what_may_be_left_out_is_not_demanded() {
    let all = described();
    let (shop, schemas) = open(&all);
    for one in &all {
        let required = schemas[&one.schema]["required"].as_array().cloned().unwrap_or_default();
        for field in one.keys() {
            let answer = one.put(&shop, |fields| _ = fields.remove(&field));
            assert!([200, 422].contains(&answer.status), "{answer:?}");
            let demanded = answer.status == 200 && required.contains(&json!(field));
            assert!(!demanded, "{}: {field} may be left out", one.schema);
        }
    }
}

#[test]
fn a_path_that_is_not_there_says_where_all_paths_are_described() {
    let shop = Shop::open();
    for path in ["/", "/v1/decision"] {
        let refused = shop.secret.get(path).expect(404).json();
        assert_eq!(refused["code"], "NOT_FOUND");
        assert!(refused["message"].as_str().unwrap().contains("/openapi.json"), "{path}: {refused}");
    }
}
