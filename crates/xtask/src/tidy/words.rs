//! Words that do not belong in the tree: names that say nothing, unfinished code, the machine it was written on.

use super::Problem;
use crate::project::Source;

/// File and module names that say nothing.
const EMPTY_NAMES: &[&str] = &["utils", "util", "helpers", "helper", "common", "misc", "prelude"];

/// Type names that mean something else, or several things, in this field; with the glossary's word.
const TYPE_NAMES: &[(&str, &str)] = &[
    ("User", "profile or member"),
    ("Campaign", "broadcast, journey or experience"),
    ("Tenant", "project"),
    ("Cohort", "segment"),
    ("Affinity", "interest"),
];

/// What unfinished or silenced code looks like, in two halves so that this table is not its own find.
const UNFINISHED: &[(&str, &str, &str)] = &[
    ("todo", "!(", "finish it"),
    ("unimplemented", "!(", "finish it"),
    ("FIX", "ME", "fix it, or open an issue"),
    ("XX", "X", "fix it, or open an issue"),
    ("#[al", "low(", "use #[expect(…, reason = \"…\")]"),
    ("#![al", "low(", "use #[expect(…, reason = \"…\")]"),
];

/// Where `Keep::for_the_engine` may be written: it opens personal facts without consent.
const KEEPERS: &[&str] = &["crates/engine/", "crates/runtime/"];

/// Where it may be written in tests.
const KEEPERS_IN_TESTS: &[&str] = &["crates/segment/", "crates/profile/"];

/// Folders that exist on one machine only.
const MACHINE_FOLDERS: &[&str] = &["/work", "/root", "/home"];

/// Hosts of package registries, in halves; a mirror or a proxy must be able to stand in for them.
const REGISTRIES: &[(&str, &str)] = &[
    ("registry.npmjs", "org"),
    ("registry.yarnpkg", "com"),
    ("pypi", "org"),
    ("pythonhosted", "org"),
    ("static.crates", "io"),
];

/// Beginnings of British spellings; code and documents are in American English.
const BRITISH: &[&str] = &[
    "behavio_ur",
    "colo_ur",
    "favo_ur",
    "personali_s",
    "normali_s",
    "seriali_s",
    "organi_s",
    "initiali_s",
    "optimi_s",
];

/// Checks every file.
pub(super) fn check(sources: &[Source]) -> Vec<Problem> {
    let british: Vec<String> = BRITISH.iter().map(|word| word.replace('_', "")).collect();
    let mut problems = Vec::new();
    for source in sources {
        problems.extend(empty_name(source));
        let mut in_tests = source.path.contains("/tests/");
        for (index, line) in source.text.lines().enumerate() {
            in_tests |= line == "#[cfg(test)]";
            let mut found = |message: String| problems.push(Problem::new(&source.path, index + 1, message));
            machine(source, line).into_iter().for_each(&mut found);
            if source.is_rust() {
                code(source, line, in_tests).into_iter().for_each(&mut found);
            }
            if source.is_rust() || source.path.ends_with(".md") {
                spelling(&british, line).into_iter().for_each(&mut found);
            }
        }
    }
    problems
}

fn empty_name(source: &Source) -> Option<Problem> {
    let mut parts = source.path.split('/');
    let empty = parts.find(|part| EMPTY_NAMES.contains(&part.split('.').next().unwrap_or(part)))?;
    let message = format!("{empty}: a name that says nothing; name it for what is in it");
    Some(Problem::new(&source.path, 0, message))
}

fn machine(source: &Source, line: &str) -> Option<String> {
    // A folder at the beginning of a path; `https://shop.example/home/` is none.
    let begins = |at: usize| !line[..at].ends_with(|c: char| c.is_alphanumeric() || "._-~}".contains(c));
    let is_named = |folder: &&&str| line.match_indices(&format!("{folder}/")).any(|(at, _)| begins(at));
    if let Some(folder) = MACHINE_FOLDERS.iter().find(is_named) {
        return Some(format!("{folder} is a folder of one machine"));
    }
    let named = |(name, end): &&(&str, &str)| line.contains(&format!("{name}.{end}"));
    let host = REGISTRIES.iter().find(named).filter(|_| source.path != "Cargo.lock")?;
    Some(format!("{}.{}: name no registry, so that a mirror can stand in", host.0, host.1))
}

fn code(source: &Source, line: &str, in_tests: bool) -> Option<String> {
    let code = line.trim_start();
    if let Some((first, second, advice)) = UNFINISHED.iter().find(|(a, b, _)| code.contains(&format!("{a}{b}"))) {
        return Some(format!("{first}{second}: {advice}"));
    }
    if let Some(name) = EMPTY_NAMES.iter().find(|name| declares(code, &["mod"], name)) {
        return Some(format!("mod {name}: a name that says nothing"));
    }
    let kinds = ["struct", "enum", "trait", "type"];
    if let Some((name, word)) = TYPE_NAMES.iter().find(|(name, _)| declares(code, &kinds, name)) {
        return Some(format!("type {name}: the glossary says {word}"));
    }
    let starts = |folders: &[&str]| folders.iter().any(|folder| source.path.starts_with(folder));
    let may_keep = starts(KEEPERS) || in_tests && starts(KEEPERS_IN_TESTS);
    let keeps = code.contains(concat!("Keep::", "for_the_engine")) && !code.starts_with("//");
    (keeps && !may_keep).then(|| "only `engine` and `runtime` make a Keep: consent is checked elsewhere".to_owned())
}

/// Whether a line declares exactly this name with one of these keywords.
fn declares(code: &str, keywords: &[&str], name: &str) -> bool {
    let mut words = code.split(|c: char| !(c.is_alphanumeric() || c == '_')).filter(|word| !word.is_empty());
    let visibility = ["pub", "crate", "super", "unsafe"];
    let first = words.find(|word| !visibility.contains(word));
    first.is_some_and(|word| keywords.contains(&word)) && words.next() == Some(name)
}

fn spelling(british: &[String], line: &str) -> Option<String> {
    let lower = line.to_lowercase();
    british.iter().find(|word| lower.contains(word.as_str())).map(|word| format!("{word}…: American spelling"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(path: &str, text: &str) -> Vec<String> {
        let source = Source { path: path.into(), text: text.into() };
        check(&[source]).into_iter().map(|problem| problem.message).collect()
    }

    #[test]
    fn banned_names_are_found_and_longer_ones_are_not() {
        assert_eq!(found("crates/a/src/lib.rs", "pub struct User;").len(), 1);
        assert_eq!(found("crates/a/src/lib.rs", "pub(crate) enum Campaign {").len(), 1);
        assert_eq!(
            found("crates/a/src/lib.rs", "pub struct UserAgent;\nlet user_id = 1;\nimpl X for User {}"),
            Vec::<String>::new()
        );
        assert_eq!(found("crates/a/src/utils.rs", "").len(), 1);
        assert_eq!(found("crates/a/src/lib.rs", "mod helpers;").len(), 1);
    }

    #[test]
    fn unfinished_code_is_found() {
        for text in [concat!("todo", "!()"), concat!("// FIX", "ME later"), concat!("#[al", "low(dead_code)]")] {
            assert_eq!(found("crates/a/src/lib.rs", text).len(), 1, "{text}");
        }
    }

    #[test]
    fn the_engines_token_is_made_in_few_places() {
        let text = concat!("let keep = Keep::", "for_the_engine();");
        assert_eq!(found("crates/engine/src/lib.rs", text), Vec::<String>::new());
        assert_eq!(found("crates/server/src/lib.rs", text).len(), 1);
        assert_eq!(found("crates/segment/src/lib.rs", text).len(), 1);
        let in_tests = format!("#[cfg(test)]\nmod tests {{\n{text}\n}}");
        assert_eq!(found("crates/segment/src/lib.rs", &in_tests), Vec::<String>::new());
    }

    #[test]
    fn the_machine_and_the_registries_stay_out() {
        assert_eq!(found("docs/a.md", &format!("see {}/x", MACHINE_FOLDERS[0])).len(), 1);
        assert_eq!(found("tests/package-lock.json", concat!("https://registry.npmjs", ".org/x")).len(), 1);
        assert_eq!(found("docs/a.md", "https://shop.example/home/x, a framework/library"), Vec::<String>::new());
    }

    #[test]
    fn spelling_is_american() {
        assert_eq!(found("docs/a.md", concat!("the colo", "ur of it")).len(), 1);
        assert_eq!(found("docs/a.md", "the color of it"), Vec::<String>::new());
    }
}
