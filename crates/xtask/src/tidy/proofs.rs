//! Which test proves which requirement: a test, a story or a script says `proves` and the requirement's id.

use std::collections::BTreeMap;

use super::Problem;
use crate::project::{Failed, Source, sources};

/// The requirements that the foundation is to prove.
const REQUIREMENTS: &[&str] = &[
    "COL-01", "COL-03", "COL-06", "GOV-01", "GOV-03", "GOV-10", "IDN-02", "IDN-04", "IDN-06", "IDN-07", "IDN-09",
    "IDN-10", "PRO-01", "PRO-02", "PRO-11", "PRO-12", "SEG-01", "SEG-02", "SEG-03", "SEG-04",
];

/// The requirements whose proof must not be lost any more; one id a line, `#` begins a remark.
const PROVED: &str = "docs/requirements-proved.txt";

/// Prints each requirement with the tests that prove it.
pub(crate) fn list() -> Result<(), Failed> {
    let proofs = proofs(&sources()?);
    let mut missing = 0;
    for id in REQUIREMENTS {
        match proofs.get(*id) {
            Some(tests) => println!("{id}  {}", tests.join("\n        ")),
            None => {
                missing += 1;
                println!("{id}  no test");
            }
        }
    }
    println!("{} of {} requirements have a test", REQUIREMENTS.len() - missing, REQUIREMENTS.len());
    Ok(())
}

/// Finds the ids of [`PROVED`] that lost their test, and proofs of ids that nobody knows.
pub(super) fn check(sources: &[Source]) -> Vec<Problem> {
    let proofs = proofs(sources);
    let Some(proved) = sources.iter().find(|source| source.path == PROVED) else {
        return vec![Problem::new(PROVED, 0, "missing; it lists the requirements that have their proof")];
    };
    let mut problems = Vec::new();
    for (index, line) in proved.text.lines().enumerate() {
        let id = line.split('#').next().unwrap_or_default().trim();
        if !id.is_empty() && !proofs.contains_key(id) {
            problems.push(Problem::new(PROVED, index + 1, format!("{id} has lost its test")));
        }
    }
    problems
}

/// The places that prove each id: the test's name where there is one.
fn proofs(sources: &[Source]) -> BTreeMap<String, Vec<String>> {
    let mut proofs = BTreeMap::<String, Vec<String>>::new();
    for source in sources.iter().filter(|source| is_test(&source.path)) {
        let lines: Vec<&str> = source.text.lines().collect();
        for (index, line) in lines.iter().enumerate() {
            let test = lines[index..].iter().take(8).find_map(|line| test_name(line));
            let place = test.map_or_else(|| source.path.clone(), |test| format!("{} {test}", source.path));
            for id in ids(line) {
                proofs.entry(id).or_default().push(place.clone());
            }
        }
    }
    proofs
}

fn is_test(path: &str) -> bool {
    let is_own = path.starts_with("crates/xtask/");
    let kinds = [".rs", ".mjs", ".js", ".ts", ".py"];
    let is_story = path.starts_with("scenarios/") && path.ends_with(".txt");
    !is_own && (is_story || kinds.iter().any(|kind| path.ends_with(kind)))
}

/// The ids after the word `proves` in a comment: `// proves SEG-03, SEG-04`.
fn ids(line: &str) -> Vec<String> {
    let comment = line.trim_start().starts_with("//") || line.trim_start().starts_with('#');
    let Some((_, rest)) = line.split_once("proves ").filter(|_| comment) else { return Vec::new() };
    let words = rest.split([',', ' ', '.', ';', ':']).filter(|word| !word.is_empty() && *word != "and");
    words.take_while(|word| is_id(word)).map(str::to_owned).collect()
}

/// Three capital letters, a dash, two digits.
fn is_id(word: &str) -> bool {
    let shape: String = word
        .chars()
        .map(|c| {
            if c.is_ascii_uppercase() {
                'A'
            } else if c.is_ascii_digit() {
                '0'
            } else {
                c
            }
        })
        .collect();
    shape == "AAA-00"
}

fn test_name(line: &str) -> Option<&str> {
    let rest = line.trim_start();
    let rest = rest.strip_prefix("async ").unwrap_or(rest).strip_prefix("fn ")?;
    rest.split('(').next()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn source(path: &str, text: &str) -> Source {
        Source { path: path.into(), text: text.into() }
    }

    #[test]
    fn a_proof_is_a_remark_at_a_test() {
        let rust = source("crates/a/tests/it/b.rs", "// proves SEG-03, SEG-04: windows\n#[test]\nfn slides() {}\n");
        let story = source("scenarios/a.txt", "# proves IDN-02\nat 2026-03-02 10:00\n");
        let text = source("docs/a.md", "proves COL-01\n");
        let found = proofs(&[rust, story, text]);
        assert_eq!(found["SEG-04"], ["crates/a/tests/it/b.rs slides"]);
        assert_eq!(found["IDN-02"], ["scenarios/a.txt"]);
        assert!(!found.contains_key("COL-01"), "a document proves nothing");
    }

    #[test]
    fn a_lost_proof_is_a_problem() {
        let list = |text| source(PROVED, text);
        let story = || source("scenarios/a.txt", "# proves IDN-02\n");
        assert_eq!(check(&[list("# remark\nIDN-02 # login\n"), story()]), []);
        let lost = check(&[list("IDN-02\nIDN-10\n"), story()]);
        assert_eq!(lost, [Problem::new(PROVED, 2, "IDN-10 has lost its test")]);
        assert_eq!(check(&[story()]).len(), 1);
    }
}
