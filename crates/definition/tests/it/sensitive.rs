//! What is not published, because it would keep, conclude or act on what a shop must not.

use std::fs;

use definition::{Documents, Kind, code, compile, compile_published, read_folder};
use serde_json::{Value, json};
use tempfile::TempDir;

/// A new project with a trait of a special category that has a purpose of its own, and an age.
fn project() -> Documents {
    let mut documents = Documents::defaults();
    for (kind, name, document) in [
        (Kind::Purpose, "chaplaincy", json!({"description": {"en": "To be visited by a chaplain."}})),
        (Kind::Trait, "religion", json!({"holds": "text", "purpose": "chaplaincy"})),
        (Kind::Trait, "age", json!({"holds": "int"})),
        (Kind::Trait, "born", json!({"holds": "time", "means": "birth_date"})),
        (Kind::Segment, "adults", json!({"condition": "years_since(profile.birth_date) >= 18"})),
        (Kind::Content, "hi", json!({"stage": "discovery", "intent": "inform", "languages": {"en": {"text": "Hi."}}})),
        (Kind::Placement, "hero", json!({"channel": "web", "neutral": "hi"})),
    ] {
        documents.put(kind, name, &document).unwrap();
    }
    documents
}

/// Why the project is not published with one more definition: code and pointer; nothing, if it is.
fn refused(kind: Kind, name: &str, document: &Value) -> Option<(&'static str, String)> {
    let mut documents = project();
    documents.put(kind, name, document).unwrap();
    let error = compile(&mut documents, 1, None).err()?;
    assert_eq!((error.kind, error.name.as_deref()), (Some(kind), Some(name)), "{error}");
    Some((error.code, error.pointer))
}

fn segment(condition: &str) -> Value {
    json!({"condition": condition})
}

fn experience(audience: &str) -> Value {
    json!({
        "placements": "hero",
        "audience": audience,
        "benefit": {"fr": "Une idée.", "en": "An idea."},
        "variants": {"control": {"share": 0.5}, "a": {"share": 0.5, "contents": "hi"}},
    })
}

/// proves IDN-05: there is no trait and no identifier by which somebody's body could be kept.
#[test]
fn nothing_biometric_is_defined() {
    for (kind, name, document) in [
        (Kind::Trait, "faceTemplate", json!({"holds": "text"})),
        (Kind::Trait, "voice_print", json!({"holds": "any", "purpose": "chaplaincy"})),
        (Kind::Namespace, "fingerprint", json!({"strength": "strong"})),
    ] {
        assert_eq!(refused(kind, name, &document), Some((code::BIOMETRIC_DATA, String::new())), "{name}");
    }
    for name in ["device_owner_confirmed", "face_shape", "voice_assistant"] {
        assert_eq!(refused(Kind::Trait, name, &json!({"holds": "any"})), None, "{name}");
    }
}

/// proves GOV-08: a trait of a special category has a purpose of its own.
#[test]
fn a_special_trait_has_a_purpose_of_its_own() {
    let of = |purpose: Value| json!({"holds": "text", "purpose": purpose});
    for (name, document, expected) in [
        ("ethnicity", json!({"holds": "text"}), Some("/purpose")),
        ("ethnicity", of(json!("site")), Some("/purpose")),
        ("health_status", of(json!("measurement")), Some("/purpose")),
        ("ethnicity", of(json!("chaplaincy")), None),
        ("gender", json!({"holds": "text"}), None),
        ("skin_type", json!({"holds": "text"}), None),
    ] {
        let expected = expected.map(|pointer| (code::SPECIAL_CATEGORY, pointer.to_owned()));
        assert_eq!(refused(Kind::Trait, name, &document), expected, "{name} {document}");
    }
}

/// proves GOV-08: nobody is grouped or addressed by a special category, by whatever it would be concluded from.
#[test]
fn nobody_is_grouped_by_a_special_category() {
    let special = |pointer: &str| Some((code::SPECIAL_CATEGORY, pointer.to_owned()));
    for (name, condition, expected) in [
        ("pregnant", "true", special("")),
        ("halal-buyers", "true", special("")),
        ("syndiques", "true", special("")),
        ("group-7", r#"has(profile.religion)"#, special("/condition")),
        ("group-7", r#"profile.city == "Brest" || profile.religion == "x""#, special("/condition")),
        (
            "group-7",
            r#"events("Order Completed").where(products.exists(p, p.category == "Tests de grossesse")).count() > 0"#,
            special("/condition"),
        ),
        ("group-7", r#"events("Survey Answered").where(political_opinion == "x").count() > 0"#, special("/condition")),
        ("group-7", r#"events("Pregnancy Club Joined").count() > 0"#, special("/condition")),
        ("group-7", r#"interest("category:diabetes") > 0.3"#, special("/condition")),
        ("healthy-snacks", r#"events("Product Viewed").where(category == "Health & Beauty").count() > 0"#, None),
        ("runners", r#"events("Product Viewed").where(category == "race").count() > 0"#, None),
    ] {
        assert_eq!(refused(Kind::Segment, name, &segment(condition)), expected, "{name}: {condition}");
        if name == "group-7" {
            let expected = special("/audience");
            assert_eq!(refused(Kind::Experience, name, &experience(condition)), expected, "{condition}");
        }
    }
    assert_eq!(refused(Kind::Experience, "for-lesbians", &experience("true")), special(""));
    assert_eq!(refused(Kind::Experience, "health-week", &experience("true")), None);
}

/// proves GOV-08: nobody scores or labels people by a special category either.
#[test]
fn nobody_is_scored_or_tagged_by_a_special_category() {
    let score = |event: &str| json!({"rules": [{"event": event, "points": 1}]});
    let tag = |event: &str| json!({"actions": [{"event": event}]});
    for (kind, name, document, expected) in [
        (Kind::Score, "religiousness", score("page"), None),
        (Kind::Score, "religious", score("page"), Some("")),
        (Kind::Score, "points", score("Mosque Muslim Guide Viewed"), Some("")),
        (Kind::Score, "points", score("Order Completed"), None),
        (Kind::Tag, "halal", tag("page"), Some("")),
        (Kind::Tag, "food", tag("Kosher Menu Viewed"), Some("/actions")),
        (Kind::Tag, "food", tag("Menu Viewed"), None),
        (Kind::Tag, "minors", tag("page"), None),
    ] {
        let found = refused(kind, name, &document);
        if name == "minors" {
            assert_eq!(found, Some((code::TARGETS_MINORS, String::new())));
        } else {
            let expected = expected.map(|pointer| (code::SPECIAL_CATEGORY, pointer.to_owned()));
            assert_eq!(found, expected, "{kind} {name} {document}");
        }
    }
}

/// What a model looks at is held to the same.
#[test]
fn no_model_looks_at_a_special_category() {
    let document = |event: &str| {
        let value = format!("events(\"{event}\").count()");
        json!({"features": [{"name": "seen", "value": value, "most": 3, "weights": {"comparison": 1}}]})
    };
    assert_eq!(refused(Kind::Model, "stage", &document("Guide Viewed")), None);
    let found = refused(Kind::Model, "stage", &document("Diabetes Guide Viewed"));
    assert_eq!(found, Some((code::SPECIAL_CATEGORY, String::new())));
}

/// proves GOV-08: nobody is grouped or addressed for being a minor; who is of age is told by that.
#[test]
fn minors_are_not_targeted() {
    let minors = |pointer: &str| Some((code::TARGETS_MINORS, pointer.to_owned()));
    for name in ["minors", "nos-ados", "under-16"] {
        assert_eq!(refused(Kind::Segment, name, &segment("true")), minors(""), "{name}");
    }
    let score = |condition: &str| json!({"conditions": [{"if": condition, "points": 10}]});
    assert_eq!(refused(Kind::Score, "young", &score("profile.age < 18")), minors("/conditions/0/if"));
    assert_eq!(refused(Kind::Score, "minors", &score("profile.city == \"Brest\"")), minors(""));
    assert_eq!(refused(Kind::Score, "grown", &score("profile.age >= 18")), None);
    for (condition, expected) in [
        ("years_since(profile.birth_date) < 18", minors("")),
        ("years_since(profile.birth_date) < 16 && years_since(profile.birth_date) >= 13", minors("")),
        ("years_since(profile.birth_date) == 17", minors("")),
        (r#"profile.city == "Brest" && years_since(profile.birth_date) <= 17"#, minors("")),
        ("profile.age < 18", minors("")),
        ("years_since(profile.born) < 12", minors("")),
        (
            "has(profile.birth_date) && !(years_since(profile.birth_date) >= 18) && years_since(profile.birth_date) < 18",
            minors(""),
        ),
        ("years_since(profile.birth_date) < 25", None),
        ("years_since(profile.birth_date) >= 18", None),
        (r#"!segment("adults")"#, None),
        ("profile.age < 18 || has(profile.city)", None),
        (r#"events("Product Viewed").where(category == "kids").count() > 0"#, None),
    ] {
        let at = |pointer: &str| expected.clone().map(|(code, _)| (code, pointer.to_owned()));
        assert_eq!(refused(Kind::Segment, "group-7", &segment(condition)), at("/condition"), "{condition}");
        assert_eq!(refused(Kind::Experience, "idea", &experience(condition)), at("/audience"), "{condition}");
    }
    let mut documents = project();
    documents.put(Kind::Segment, "young", &segment("years_since(profile.birth_date) < 20")).unwrap();
    documents
        .put(Kind::Segment, "younger", &segment(r#"segment("young") && years_since(profile.birth_date) < 14"#))
        .unwrap();
    assert_eq!(compile(&mut documents, 1, None).unwrap_err().name.as_deref(), Some("younger"));
    assert_eq!(refused(Kind::Segment, "kids-shoes", &segment("true")), None);
    assert_eq!(
        refused(Kind::Segment, "nobody", &segment("profile.age < 3 && profile.age > 90")),
        None,
        "that is advice"
    );
}

/// Whom something is for is said by audience and content together, and by what puts contents in order.
#[test]
fn what_a_variant_shows_is_looked_at_too() {
    let minors = Some((code::TARGETS_MINORS, "/variants/a".to_owned()));
    let (age, shown) = ("profile.age < 20", |suits: &str| json!({"suits": suits, "tags": ["diabetes"]}));
    for (audience, more, variant, expected) in [
        (
            "profile.age < 20 || has(profile.city)",
            shown("profile.age < 18 || has(profile.email)"),
            json!({"contents": "it"}),
            None,
        ),
        (age, shown("profile.age >= 18"), json!({"contents": "it"}), None),
        (
            "profile.age < 18 || has(profile.city)",
            shown("!has(profile.city)"),
            json!({"contents": "it"}),
            minors.clone(),
        ),
        (
            "has(profile.age)",
            shown("(profile.age < 18 || has(profile.city)) && !has(profile.city)"),
            json!({"pool": {"contents": ["it"]}}),
            Some((code::TARGETS_MINORS, "/suits".to_owned())),
        ),
        // Whose interest in it is known gets it first.
        (
            "true",
            shown("true"),
            json!({"pool": {"contents": ["it"]}}),
            Some((code::SPECIAL_CATEGORY, "/variants/a".to_owned())),
        ),
        (
            "true",
            shown("true"),
            json!({"menu": {"contents": ["it"]}}),
            Some((code::SPECIAL_CATEGORY, "/variants/a".to_owned())),
        ),
        // Who searches for it asks for it.
        ("true", shown("true"), json!({"pool": {"contents": ["it"], "order": ["keyword", "listed"]}}), None),
        ("true", shown("true"), json!({"contents": "it"}), None),
    ] {
        let mut documents = project();
        let mut content = json!({"stage": "discovery", "intent": "inform", "languages": {"en": {"text": "It."}}});
        content.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        documents.put(Kind::Content, "it", &content).unwrap();
        let mut written = experience(audience);
        let shows = &mut written["variants"]["a"];
        shows.as_object_mut().unwrap().remove("contents");
        shows.as_object_mut().unwrap().extend(variant.as_object().unwrap().clone());
        documents.put(Kind::Experience, "idea", &written).unwrap();
        let error = compile(&mut documents, 1, None).err();
        assert_eq!(error.map(|error| (error.code, error.pointer)), expected, "{audience} {content} {variant}");
    }
}

/// The examples of the reference are published as they stand.
#[test]
fn the_reference_is_true() {
    const REFERENCE: &str = include_str!("../../../../docs/refusals.md");
    let folder = TempDir::new().unwrap();
    let examples: Vec<&str> =
        REFERENCE.split("```toml\n").skip(1).filter_map(|rest| rest.split("```").next()).collect();
    assert_eq!(examples.len(), 2);
    fs::write(folder.path().join("examples.toml"), examples.join("\n")).unwrap();
    let mut documents = read_folder(folder.path()).unwrap();
    let plan = compile(&mut documents, 1, None).unwrap();
    assert!(plan.hosts.admits("https://www.shop.example") && !plan.hosts.admits("https://other.example"));
    for code in [code::BIOMETRIC_DATA, code::SPECIAL_CATEGORY, code::TARGETS_MINORS] {
        assert!(REFERENCE.contains(code), "{code}");
    }
}

/// A revision that the log names is read as it was published, whatever may be published today.
#[test]
fn what_was_published_before_is_still_read() {
    let mut documents = project();
    documents.put(Kind::Segment, "pregnant", &segment("true")).unwrap();
    let mut stored = Documents::from_bytes(&documents.to_bytes()).unwrap();
    assert_eq!(compile(&mut stored, 1, None).unwrap_err().code, code::SPECIAL_CATEGORY);
    let plan = compile_published(&mut stored, 1).unwrap();
    assert!(plan.segments.by_name(&"pregnant".into()).is_some());
}
