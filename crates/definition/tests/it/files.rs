//! Definitions as files in a folder.

use std::{fs, path::Path};

use definition::{Documents, FilePlace, Folder, Kind, code, compile, read_folder};
use serde_json::json;
use tempfile::TempDir;

fn folder(files: &[(&str, &str)]) -> TempDir {
    let folder = TempDir::new().unwrap();
    for (name, text) in files {
        fs::write(folder.path().join(name), text).unwrap();
    }
    folder
}

#[test]
fn a_folder_is_read_over_the_defaults() {
    let folder = folder(&[
        (
            "a.toml",
            "[segment.vip]\ncondition = 'true'\n[source.web]\nkind = 'browser'\nreliability = 1\nany_of = ['ads']\n",
        ),
        (
            "b.json",
            r#"{"segment": {"lapsed": {"condition": "!segment(\"vip\")"}}, "consent_category": {"C 1": {"purposes": []}}}"#,
        ),
        ("notes.md", "not a definition"),
        (".draft.toml", "not a definition"),
    ]);
    fs::create_dir(folder.path().join("deeper.toml")).unwrap();
    let mut documents = read_folder(folder.path()).unwrap();
    assert_eq!(documents.get(Kind::Segment, "vip"), Some(json!({"condition": "true"})));
    assert_eq!(documents.get(Kind::ConsentCategory, "C 1"), Some(json!({"purposes": []})));
    assert_eq!(documents.get(Kind::Source, "web").unwrap()["any_of"], json!(["ads"]), "a file outdoes a default");
    let others = documents.list(None).len() - Documents::defaults().list(None).len();
    assert_eq!(others, 3);
    compile(&mut documents, 1, None).unwrap();
}

#[test]
fn an_empty_folder_is_a_new_project() {
    assert_eq!(read_folder(folder(&[]).path()).unwrap(), Documents::defaults());
}

/// Code, pointer, and `file:line` of the error of one file.
fn refused(name: &str, text: &str) -> (&'static str, String, String) {
    let folder = folder(&[(name, text)]);
    let error = read_folder(folder.path()).unwrap_err();
    let place = error.place.as_ref().unwrap();
    assert!(error.to_string().starts_with(&place.path.display().to_string()), "{error}");
    let line = place.line.map_or_else(String::new, |line| format!(":{line}"));
    let file = place.path.strip_prefix(folder.path()).unwrap();
    (error.code, error.pointer, format!("{}{line}", file.display()))
}

#[test]
fn an_error_names_file_line_and_field() {
    let source = "# ours\n[source.crm]\nkind = 'file'\nreliability = 1\nany_of = [\n  'site',\n  'site',\n]\n";
    let not_a_number = "[source.s]\nkind = 'file'\nany_of = ['site']\nreliability = nan\n";
    for (name, text, code, pointer, place) in [
        ("a.toml", source, code::TWICE, "/any_of/1", "a.toml:7"),
        ("a.toml", "\n[segment.vip]\nconditon = 'true'\n", code::MISSING_FIELD, "/condition", "a.toml:2"),
        ("a.toml", "[segment.vip]\ncondition = 'true'\nmore = 1\n", code::UNKNOWN_FIELD, "/more", "a.toml:3"),
        ("a.toml", "segment.vip.condition = 3\n", code::WRONG_TYPE, "/condition", "a.toml:1"),
        ("a.toml", not_a_number, code::WRONG_TYPE, "/reliability", "a.toml:4"),
        ("a.toml", "[trait.t]\nholds = 'text'\n\n[segments.vip]\n", code::UNKNOWN_KIND, "/segments", "a.toml:4"),
        ("a.toml", "segment = 'vip'\n", code::WRONG_TYPE, "/segment", "a.toml:1"),
        ("a.toml", "[segment.vip]\n\ncondition = \n", code::UNREADABLE, "", "a.toml:3"),
        ("a.json", r#"{"segment": {"vip": {"condition": 1}}}"#, code::WRONG_TYPE, "/condition", "a.json"),
        ("a.json", "{\n\"segment\"", code::UNREADABLE, "", "a.json:2"),
        ("a.json", "[]", code::WRONG_TYPE, "", "a.json"),
    ] {
        assert_eq!(refused(name, text), (code, pointer.to_owned(), place.to_owned()), "{text}");
    }
}

#[test]
fn what_does_not_compile_is_found_in_its_file() {
    let wrong = "[segment.a]\ncondition = 'true'\n\n[segment.b]\ndescription = 'x'\ncondition = 'fals'\n";
    let folder = folder(&[("a.toml", "[trait.t]\nholds = 'int'"), ("b.toml", wrong)]);
    let error = read_folder(folder.path()).unwrap_err();
    assert_eq!((error.kind, error.name.as_deref(), error.at), (Some(Kind::Segment), Some("b"), Some(0)));
    let place = format!("{}:6: segment b: ", folder.path().join("b.toml").display());
    assert!(error.to_string().starts_with(&place), "{error}");
}

#[test]
fn one_definition_stands_in_one_file() {
    let vip = "\n[segment.vip]\ncondition = 'true'";
    let folder = folder(&[("a.toml", vip), ("b.toml", vip)]);
    let error = read_folder(folder.path()).unwrap_err();
    assert_eq!((error.code, error.name.as_deref()), (code::DEFINED_TWICE, Some("vip")));
    assert!(error.message.contains("a.toml too"), "{error}");
    let expected = FilePlace { path: folder.path().join("b.toml"), line: Some(2) };
    assert_eq!(error.place.as_deref(), Some(&expected));
}

/// The first error of each definition that is wrong by itself, as `file:line CODE`.
fn all_refused(files: &[(&str, &str)]) -> Vec<String> {
    let folder = folder(files);
    let errors = Folder::read(folder.path()).unwrap_err();
    let told = |error: &definition::DefinitionError| {
        let place = error.place.as_ref().unwrap();
        let file = place.path.file_name().unwrap().display();
        format!("{file}:{} {}", place.line.unwrap_or_default(), error.code)
    };
    errors.iter().map(told).collect()
}

#[test]
fn all_errors_are_told_at_once_and_none_that_follows_from_another() {
    let shapes = "[segment.a]\nconditon = 'true'\n\n[segment.of-a]\ncondition = 'segment(\"a\")'\n\n\
                  [trait.t]\nholds = 'number'\n";
    let together = "[segment.b]\ncondition = 'profile.nobody == 1'\n\n[segment.of-b]\ncondition = 'segment(\"b\")'\n\n\
                    [segment.c]\ncondition = 'profile.t == \"x\"'\n\n[placement.p]\nchannel = 'web'\nneutral = 'gone'\n\n\
                    [segment.right]\ncondition = 'profile.t == 1'\n";
    let expected = [
        "a.toml:1 MISSING_FIELD",
        "b.toml:2 CONDITION_UNKNOWN_TRAIT",
        "b.toml:8 CONDITION_TYPE",
        "b.toml:12 UNKNOWN_CONTENT",
    ];
    assert_eq!(all_refused(&[("a.toml", shapes), ("b.toml", together)]), expected);
}

/// What such a file defines is not known, so what names it may be right.
#[test]
fn beside_a_file_that_cannot_be_read_only_shapes_are_judged() {
    let found = all_refused(&[
        ("a.toml", "[segment.vip]\ncondition = \n"),
        ("b.toml", "[segment.best]\ncondition = 'segment(\"vip\")'\n[segment.bad]\nmore = 1\n"),
        ("c.json", "{"),
    ]);
    assert_eq!(found, ["a.toml:2 UNREADABLE", "b.toml:3 MISSING_FIELD", "c.json:1 UNREADABLE"]);
}

#[test]
fn a_definition_is_found_where_it_stands() {
    let text = "[segment.vip]\n# ours\ncondition = 'true'\n";
    let folder = folder(&[("a.toml", text), ("b.json", r#"{"segment": {"c": {"condition": "true"}}}"#)]);
    let read = Folder::read(folder.path()).unwrap();
    let at = |name: &str| read.place(Kind::Segment, name, "/condition");
    assert_eq!(at("vip"), Some(FilePlace { path: folder.path().join("a.toml"), line: Some(3) }));
    assert_eq!(at("c"), Some(FilePlace { path: folder.path().join("b.json"), line: None }));
    assert_eq!(at("nobody"), None);
}

/// Editors on some systems write one.
#[test]
fn a_byte_order_mark_is_passed_over() {
    let folder = folder(&[
        ("a.toml", "\u{feff}[segment.a]\ncondition = 'true'\n"),
        ("b.json", "\u{feff}{\"segment\": {\"b\": {\"condition\": \"true\"}}}"),
    ]);
    let documents = read_folder(folder.path()).unwrap();
    assert!(["a", "b"].iter().all(|name| documents.get(Kind::Segment, name).is_some()));
}

#[test]
fn a_folder_that_is_not_there_is_an_error() {
    let error = read_folder(&folder(&[]).path().join("nowhere")).unwrap_err();
    assert_eq!(error.code, code::UNREADABLE);
}

/// The sample shop of the documentation.
#[test]
fn the_sample_definitions_compile() {
    let samples = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/definitions");
    let mut documents = read_folder(&samples).unwrap();
    let plan = compile(&mut documents, 1, None).unwrap();
    let names: Vec<&str> = plan.segments.rules().iter().map(|rule| rule.name.as_str()).collect();
    for segment in ["cart-abandoned", "vip", "lapsed", "boots-viewers", "bought-in-6-months"] {
        assert!(names.contains(&segment), "{names:?}");
    }
    assert!(plan.sources["loyalty"].trusted);
    assert_eq!(plan.schema.get("foot_width").unwrap().holds.word(), "one_of");
}
