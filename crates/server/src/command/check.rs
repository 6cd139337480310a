//! Shows the effective configuration and validates what it names, without starting anything.

use std::fmt;

use definition::{DefinitionError, FilePlace, Finding, Folder};
use runtime::clock::Clock;

use crate::{
    config::Config,
    script::{ScriptError, Scripts},
};

/// What the check found wrong.
#[derive(Debug, thiserror::Error)]
pub enum CheckError {
    /// These definitions are not right.
    #[error("{}", all(.0))]
    Definitions(Vec<DefinitionError>),
    /// The script for Segment's snippet cannot be served.
    #[error(transparent)]
    Script(#[from] ScriptError),
}

/// What the check found.
#[derive(Debug)]
pub struct Checked {
    /// The effective configuration as TOML. There is no secret in it: keys are not configured.
    pub config: String,
    /// How many definitions there are, those of a new project included; `None` without a folder of definitions.
    pub definitions: Option<usize>,
    /// What can be published and is probably not meant.
    pub advice: Vec<Advice>,
}

/// Something in the definitions that is probably not meant, and where it stands.
#[derive(Debug)]
pub struct Advice {
    place: Option<FilePlace>,
    finding: Finding,
}

/// `file:line: kind name: message [CODE pointer]`, as errors are told.
impl fmt::Display for Advice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Finding { code, message, kind, name, pointer } = &self.finding;
        if let Some(place) = &self.place {
            write!(f, "{place}: ")?;
        }
        write!(f, "{kind} {name}: {message} [{code} {pointer}]")
    }
}

/// Checks a configuration that was read.
pub fn run(config: &Config) -> Result<Checked, CheckError> {
    if let Some(file) = &config.collect.analytics_js {
        Scripts::read(file)?;
    }
    let (definitions, advice) = match &config.definitions {
        None => (None, Vec::new()),
        Some(path) => {
            let folder = Folder::read(path).map_err(CheckError::Definitions)?;
            (Some(folder.documents().list(None).len()), advice(&folder)?)
        }
    };
    Ok(Checked { config: config.print(), definitions, advice })
}

fn advice(folder: &Folder) -> Result<Vec<Advice>, CheckError> {
    let plan = definition::compile(&mut folder.documents().clone(), 1, None);
    let plan = plan.map_err(|error| CheckError::Definitions(vec![error]))?;
    let findings = definition::advice(&plan, Clock::System.now());
    let placed =
        |finding: Finding| Advice { place: folder.place(finding.kind, &finding.name, finding.pointer), finding };
    Ok(findings.into_iter().map(placed).collect())
}

/// One error a line, each with its code and the pointer to its field.
fn all(errors: &[DefinitionError]) -> String {
    let told = |error: &DefinitionError| match error.pointer.as_str() {
        "" => format!("{error} [{}]", error.code),
        pointer => format!("{error} [{} {pointer}]", error.code),
    };
    match errors {
        [one] => told(one),
        several => {
            let lines: String = several.iter().map(|error| format!("\n  {}", told(error))).collect();
            format!("{} definitions are wrong by themselves:{lines}", several.len())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Collect;

    #[test]
    fn a_wrong_definition_is_found_with_its_file_and_line() {
        let folder = tempfile::tempdir().unwrap();
        let config = Config { definitions: Some(folder.path().to_owned()), ..Config::default() };
        assert!(run(&config).unwrap().definitions.is_some_and(|count| count > 0));
        std::fs::write(folder.path().join("a.toml"), "[segment.vip]\nconditon = 'true'\n").unwrap();
        let error = run(&config).unwrap_err().to_string();
        assert!(error.contains("a.toml:1: segment vip: ") && error.ends_with("[MISSING_FIELD /condition]"), "{error}");
    }

    #[test]
    fn all_that_is_wrong_is_told_at_once() {
        let folder = tempfile::tempdir().unwrap();
        let config = Config { definitions: Some(folder.path().to_owned()), ..Config::default() };
        let wrong = "[segment.a]\ncondition = 'fals'\n\n[setting.zone]\nvalue = 'Europe/Brest'\n";
        std::fs::write(folder.path().join("a.toml"), wrong).unwrap();
        let error = run(&config).unwrap_err().to_string();
        let lines: Vec<&str> = error.lines().collect();
        assert_eq!(lines.len(), 3, "{error}");
        assert!(lines[0].starts_with("2 definitions"), "{error}");
        assert!(lines[1].contains("a.toml:2") && lines[1].ends_with("[CONDITION_UNKNOWN_NAME /condition]"), "{error}");
        assert!(lines[2].contains("a.toml:5") && lines[2].ends_with("[UNKNOWN_ZONE /value]"), "{error}");
    }

    #[test]
    fn what_is_probably_not_meant_is_told_with_its_place() {
        let folder = tempfile::tempdir().unwrap();
        let config = Config { definitions: Some(folder.path().to_owned()), ..Config::default() };
        let text = "[trait.t]\nholds = 'int'\n\n[segment.vip]\ncondition = 'profile.t > 2 && profile.t < 1'\n";
        std::fs::write(folder.path().join("a.toml"), text).unwrap();
        let checked = run(&config).unwrap();
        let told: Vec<String> = checked.advice.iter().map(ToString::to_string).collect();
        assert_eq!(told.len(), 1, "{told:?}");
        assert!(told[0].contains("a.toml:5: segment vip: ") && told[0].ends_with("[SEGMENT_NEVER_MATCHES /condition]"));
    }

    #[test]
    fn a_script_that_is_not_there_is_found_and_one_that_is_there_is_shown() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("standalone.js");
        let collect = Collect { analytics_js: Some(file.clone()) };
        let config = Config { collect, ..Config::default() };
        assert!(run(&config).unwrap_err().to_string().contains("collect.analytics_js"));
        std::fs::write(&file, "main()").unwrap();
        let checked = run(&config).unwrap();
        assert!(checked.config.contains("[collect]\nanalytics_js = "), "{}", checked.config);
    }
}
