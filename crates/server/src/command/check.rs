//! Shows the effective configuration and validates what it names, without starting anything.

use definition::DefinitionError;

use crate::{
    config::Config,
    script::{ScriptError, Scripts},
};

/// What the check found wrong.
#[derive(Debug, thiserror::Error)]
pub enum CheckError {
    /// The definitions are not right.
    #[error(transparent)]
    Definition(#[from] DefinitionError),
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
}

/// Checks a configuration that was read.
pub fn run(config: &Config) -> Result<Checked, CheckError> {
    if let Some(file) = &config.collect.analytics_js {
        Scripts::read(file)?;
    }
    let definitions = match &config.definitions {
        None => None,
        Some(folder) => {
            let mut documents = definition::read_folder(folder)?;
            definition::compile(&mut documents, 1, None)?;
            Some(documents.list(None).len())
        }
    };
    Ok(Checked { config: config.print(), definitions })
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
        assert!(error.contains("a.toml:1"), "{error}");
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
