//! Shows the effective configuration and validates the definitions, without starting anything.

use definition::DefinitionError;

use crate::config::Config;

/// What the check found.
#[derive(Debug)]
pub struct Checked {
    /// The effective configuration as TOML. There is no secret in it: keys are not configured.
    pub config: String,
    /// How many definitions there are, those of a new project included; `None` without a folder of definitions.
    pub definitions: Option<usize>,
}

/// Checks a configuration that was read.
pub fn run(config: &Config) -> Result<Checked, DefinitionError> {
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

    #[test]
    fn a_wrong_definition_is_found_with_its_file_and_line() {
        let folder = tempfile::tempdir().unwrap();
        let config = Config { definitions: Some(folder.path().to_owned()), ..Config::default() };
        assert!(run(&config).unwrap().definitions.is_some_and(|count| count > 0));
        std::fs::write(folder.path().join("a.toml"), "[segment.vip]\nconditon = 'true'\n").unwrap();
        let error = run(&config).unwrap_err().to_string();
        assert!(error.contains("a.toml:1"), "{error}");
    }
}
