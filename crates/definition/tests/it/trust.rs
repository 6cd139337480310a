//! What a definition says of how far something is believed.

use definition::{Documents, Kind, code, compile};
use model::{
    schema::{Meaning, TraitRules},
    source::Party,
    time::Span,
    trust::Floors,
};
use serde_json::{Value, json};

use crate::seen::{number_and_changed, with_segments};

fn fault(kind: Kind, name: &str, document: &Value) -> (&'static str, String) {
    let error = Documents::defaults().put(kind, name, document).unwrap_err();
    (error.code, error.pointer)
}

#[test]
fn a_trait_means_what_its_name_means_unless_it_says_otherwise() {
    let mut documents = Documents::defaults();
    for (name, document) in [
        ("firstName", json!({"holds": "text"})),
        ("nom", json!({"holds": "text", "means": "city", "half_life": "2y"})),
        ("address", json!({"holds": "text", "means": "nothing"})),
        ("foot_width", json!({"holds": "number"})),
        ("dob", json!({"holds": "time", "half_life": "180d"})),
    ] {
        documents.put(Kind::Trait, name, &document).unwrap();
    }
    let plan = compile(&mut documents, 1, None).unwrap();
    let rules = |name: &str| {
        let rules = plan.schema.get(name).unwrap();
        (rules.meaning, rules.half_life)
    };
    let days = |days: i64| Some(Span::DAY.times(days));
    assert_eq!(rules("firstName"), (Some(Meaning::GivenName), days(30 * 365)));
    assert_eq!(rules("nom"), (Some(Meaning::City), days(2 * 365)));
    assert_eq!(rules("address"), (None, Some(TraitRules::HALF_LIFE)));
    assert_eq!(rules("foot_width"), (None, days(365)));
    assert_eq!(rules("dob"), (Some(Meaning::BirthDate), days(180)));
    assert_eq!(rules("birth_date"), (Some(Meaning::BirthDate), None), "who was born keeps the day");
}

#[test]
fn what_cannot_be_is_refused_with_its_field() {
    let text = |more: Value| {
        let mut document = json!({"holds": "text"});
        document.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        document
    };
    let source = |reliability: Value| json!({"kind": "server", "reliability": reliability, "any_of": ["site"]});
    for (kind, name, document, code, pointer) in [
        (Kind::Trait, "size", text(json!({"half_life": "0d"})), code::OUT_OF_RANGE, "/half_life"),
        (Kind::Trait, "size", text(json!({"half_life": "soon"})), code::BAD_MOMENT, "/half_life"),
        (Kind::Trait, "size", text(json!({"half_life": 7})), code::WRONG_TYPE, "/half_life"),
        (Kind::Trait, "size", text(json!({"means": "age"})), code::UNKNOWN_WORD, "/means"),
        (Kind::Source, "crm", source(json!(-0.1)), code::OUT_OF_RANGE, "/reliability"),
        (Kind::Source, "crm", source(json!(1.1)), code::OUT_OF_RANGE, "/reliability"),
        (Kind::Source, "crm", source(json!("NaN")), code::WRONG_TYPE, "/reliability"),
        (Kind::Source, "crm", source(json!(null)), code::WRONG_TYPE, "/reliability"),
        (Kind::Setting, "trust", json!({"sort": 0.7}), code::CONTRADICTION, "/show"),
        (Kind::Setting, "trust", json!({"state": 0.5}), code::CONTRADICTION, "/state"),
        (Kind::Setting, "trust", json!({"show": 1.5}), code::OUT_OF_RANGE, "/show"),
        (Kind::Setting, "trust", json!({"value": 0.5}), code::UNKNOWN_FIELD, "/value"),
        (Kind::Setting, "own_addresses", json!({"mails": "contact@shoes.bzh"}), code::WRONG_TYPE, "/mails"),
    ] {
        assert_eq!(fault(kind, name, &document), (code, pointer.to_owned()), "{name} {document}");
    }
    for reliability in [0, 1] {
        Documents::defaults().put(Kind::Source, "crm", &source(json!(reliability))).unwrap();
    }
}

#[test]
fn floors_and_own_addresses_reach_the_plan() {
    let mut documents = Documents::defaults();
    assert_eq!(compile(&mut documents, 1, None).unwrap().trust, Floors::default());
    documents.put(Kind::Setting, "trust", &json!({"sort": 0.5, "show": 0.5})).unwrap();
    let own = json!({"mails": ["contact@shoes.bzh"], "domains": ["shoes.bzh"], "phones": ["+33298445567"],
                     "addresses": ["12 rue de Siam, Brest"]});
    documents.put(Kind::Setting, "own_addresses", &own).unwrap();
    let plan = compile(&mut documents, 2, None).unwrap();
    assert_eq!(plan.trust, Floors { sort_permille: 500, show_permille: 500, state_permille: 900 });
    assert_ne!(plan.own, Default::default());
}

#[test]
fn a_partner_is_a_third_party() {
    let mut documents = Documents::defaults();
    let partner = json!({"kind": "partner", "reliability": 0.9, "basis": "contract", "serves": ["partner"]});
    documents.put(Kind::Source, "panel", &partner).unwrap();
    let plan = compile(&mut documents, 1, None).unwrap();
    assert_eq!((plan.sources["panel"].party, plan.sources["till"].party), (Party::Third, Party::First));
    assert_eq!(plan.sources["panel"].reliability(), 0.5);
}

/// Who is in a segment over traits hangs on all of this.
#[test]
fn segments_over_traits_are_judged_anew_when_belief_changes() {
    let segments = [("wide", "has(profile.country)"), ("buyer", r#"events("Order Completed").count() > 0"#)];
    let mut documents = with_segments(&segments);
    let mut plan = compile(&mut documents, 1, None).unwrap();
    let changed = |plan: &_| ["wide", "buyer"].map(|name| number_and_changed(plan, name).1);
    let web = json!({"kind": "browser", "reliability": 0.5, "any_of": ["site"]});
    for (revision, kind, name, document) in [
        (2, Kind::Setting, "trust", json!({"show": 0.7})),
        (3, Kind::Source, "web", web),
        (4, Kind::Trait, "country", json!({"holds": "text", "half_life": "1w"})),
        (5, Kind::Trait, "country", json!({"holds": "text", "half_life": "1w", "means": "city"})),
        (6, Kind::Setting, "own_addresses", json!({"domains": ["shoes.bzh"]})),
    ] {
        documents.put(kind, name, &document).unwrap();
        plan = compile(&mut documents, revision, Some(&plan)).unwrap();
        assert_eq!(changed(&plan), [revision, 1], "{name}");
    }
    documents.put(Kind::Trait, "city", &json!({"holds": "text", "half_life": "1w"})).unwrap();
    plan = compile(&mut documents, 7, Some(&plan)).unwrap();
    assert_eq!(changed(&plan), [6, 1], "a trait that it does not read");
}
