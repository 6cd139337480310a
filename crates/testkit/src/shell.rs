//! The commands that documents tell people to type, so that a test can hold them against what exists.

/// One command of a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Command {
    /// The line's number in the document, from 1.
    pub line: usize,
    /// The command, continued lines joined, without comment.
    pub text: String,
}

/// The commands in the shell blocks (` ```sh `) of a Markdown document, in order.
pub fn commands(markdown: &str) -> Vec<Command> {
    let (mut commands, mut inside) = (Vec::<Command>::new(), false);
    let mut continued = false;
    for (index, line) in markdown.lines().enumerate() {
        if let Some(language) = line.trim_start().strip_prefix("```") {
            inside = !inside && language.trim() == "sh";
            continued = false;
            continue;
        }
        let text = line.trim();
        if !inside || text.is_empty() || text.starts_with('#') {
            continue;
        }
        let (text, goes_on) = match text.strip_suffix('\\') {
            Some(text) => (text.trim_end(), true),
            None => (text.split("  #").next().unwrap_or(text).trim_end(), false),
        };
        match commands.last_mut().filter(|_| continued) {
            Some(command) => {
                command.text.push(' ');
                command.text.push_str(text);
            }
            None => commands.push(Command { line: index + 1, text: text.to_owned() }),
        }
        continued = goes_on;
    }
    commands
}

/// The words after `program` (`cargo x`, `prevenance`), if the command runs it.
pub fn arguments<'a>(command: &'a Command, program: &str) -> Option<Vec<&'a str>> {
    let rest = command.text.strip_prefix(program)?;
    (rest.is_empty() || rest.starts_with(' ')).then(|| rest.split_whitespace().collect())
}

/// What in `arguments` the program does not know: the subcommand, or one of its `--flags`. `help` returns what
/// `program SUBCOMMAND --help` prints, or `None` if that fails.
pub fn unknown(arguments: &[&str], help: impl Fn(&str) -> Option<String>) -> Option<String> {
    let (subcommand, rest) = arguments.split_first()?;
    let Some(help) = help(subcommand) else { return Some((*subcommand).to_owned()) };
    let known: Vec<&str> = help.split(|c: char| !(c.is_ascii_alphanumeric() || c == '-')).collect();
    let flags = rest.iter().take_while(|word| **word != "--").filter(|word| word.starts_with("--"));
    flags.map(|flag| flag.split('=').next().unwrap_or(flag)).find(|flag| !known.contains(flag)).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    const DOCUMENT: &str =
        "Text\n```sh\n# a remark\ncargo x ci  # all of it\ncurl -s \\\n  localhost\n```\n```json\nx\n```\n";

    #[test]
    fn commands_come_from_shell_blocks_only() {
        let found = commands(DOCUMENT);
        let texts: Vec<_> = found.iter().map(|command| (command.line, command.text.as_str())).collect();
        assert_eq!(texts, [(4, "cargo x ci"), (5, "curl -s localhost")]);
    }

    #[test]
    fn a_command_that_does_not_exist_is_found() {
        let help = |name: &str| (name == "serve").then(|| "Usage: serve [--data <FOLDER>]\n".to_owned());
        assert_eq!(unknown(&["serve", "--data", "x"], help), None);
        assert_eq!(unknown(&["serve", "--dat"], help), Some("--dat".into()));
        assert_eq!(unknown(&["sing"], help), Some("sing".into()));
        let command = Command { line: 1, text: "cargo x ci --quick".into() };
        assert_eq!(arguments(&command, "cargo x"), Some(vec!["ci", "--quick"]));
        assert_eq!(arguments(&command, "cargo xx"), None);
    }
}
