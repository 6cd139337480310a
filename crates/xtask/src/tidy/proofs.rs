//! Which test proves which requirement: a test, a story or a script says `proves` and the requirement's id.

use std::collections::BTreeMap;

use super::Problem;
use crate::project::{Failed, Source, sources};

/// The requirements whose proof must not be lost any more; one id a line, `#` begins a remark.
const PROVED: &str = "docs/requirements-proved.txt";

/// Prints each requirement of the list with the tests that prove it.
pub(crate) fn list() -> Result<(), Failed> {
    let sources = sources()?;
    let (proofs, listed) = (proofs(&sources), listed(&sources));
    for (_, id) in &listed {
        println!("{id}  {}", proofs.get(*id).map_or_else(|| "no test".to_owned(), |tests| tests.join("\n        ")));
    }
    let proved = listed.iter().filter(|(_, id)| proofs.contains_key(*id)).count();
    println!("{proved} of {} requirements have a test", listed.len());
    Ok(())
}

/// Finds the ids of [`PROVED`] that lost their test.
pub(super) fn check(sources: &[Source]) -> Vec<Problem> {
    let (proofs, listed) = (proofs(sources), listed(sources));
    if listed.is_empty() {
        return vec![Problem::new(PROVED, 0, "missing or empty; it lists the requirements that have their proof")];
    }
    let lost = listed.into_iter().filter(|(_, id)| !proofs.contains_key(*id));
    lost.map(|(line, id)| Problem::new(PROVED, line, format!("{id} has lost its test"))).collect()
}

/// The ids of [`PROVED`], each with the number of its line.
fn listed(sources: &[Source]) -> Vec<(usize, &str)> {
    let Some(proved) = sources.iter().find(|source| source.path == PROVED) else { return Vec::new() };
    let ids = proved.text.lines().map(|line| line.split('#').next().unwrap_or_default().trim());
    ids.enumerate().filter(|(_, id)| !id.is_empty()).map(|(index, id)| (index + 1, id)).collect()
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
