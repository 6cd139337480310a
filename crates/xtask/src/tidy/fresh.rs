//! What is written twice must agree: generated files with the program, the README's commands with what exists.

use std::path::PathBuf;

use clap::CommandFactory;
use serde_json::Value;
use testkit::shell;

use super::Problem;
use crate::{
    Arguments, generate, program,
    project::{Failed, Source},
};

/// Documents whose shell blocks are held against what exists.
const DOCUMENTS: &[&str] = &[
    "README.md",
    "CONTRIBUTING.md",
    "docs/benchmarks.md",
    "docs/deciding.md",
    "docs/definitions.md",
    "docs/import.md",
    "tests/clients/README.md",
];

/// Checks generated files and documented commands; without a program nothing can be held against it.
pub(super) fn check(sources: &[Source], built: &Result<PathBuf, Failed>) -> Vec<Problem> {
    let program = match built {
        Ok(program) => program,
        Err(why) => return vec![Problem::new("crates/prevenance", 0, why.clone())],
    };
    let committed = sources.iter().find(|source| source.path == generate::OPENAPI).map(|source| source.text.as_str());
    let mut problems = Vec::new();
    match program::openapi(program) {
        Err(why) => problems.push(Problem::new(generate::OPENAPI, 0, why)),
        Ok(printed) if committed != Some(printed.as_str()) => {
            problems.push(Problem::new(generate::OPENAPI, 0, "not what the program prints: run `cargo x gen`"));
        }
        Ok(_) => {}
    }
    let endpoints = committed.map(endpoints).unwrap_or_default();
    for source in sources.iter().filter(|source| DOCUMENTS.contains(&source.path.as_str())) {
        problems.extend(commands(source, |subcommand| program::help(program, subcommand)));
        problems.extend(calls(source, &endpoints));
    }
    problems
}

/// The paths of an OpenAPI document, such as `/v1/segments/{name}`.
fn endpoints(document: &str) -> Vec<String> {
    let document: Value = serde_json::from_str(document).unwrap_or_default();
    document["paths"].as_object().map(|paths| paths.keys().cloned().collect()).unwrap_or_default()
}

/// The HTTP calls of a document (`$PREVENANCE/v1/…`) to a path that the API does not have.
fn calls(source: &Source, endpoints: &[String]) -> Vec<Problem> {
    let mut problems = Vec::new();
    for command in shell::commands(&source.text) {
        for call in command.text.split("$PREVENANCE/").skip(1) {
            let end = call.find(|c: char| c.is_whitespace() || "\"'?".contains(c)).unwrap_or(call.len());
            let path = format!("/{}", &call[..end]);
            if !endpoints.iter().any(|endpoint| matches(endpoint, &path)) {
                problems.push(Problem::new(&source.path, command.line, format!("the API has no {path}")));
            }
        }
    }
    problems
}

/// Whether a path fits an endpoint, each `{…}` standing for part of one segment.
fn matches(endpoint: &str, path: &str) -> bool {
    let fits = |(pattern, part): (&str, &str)| match (pattern.find('{'), pattern.rfind('}')) {
        (Some(from), Some(to)) => part.starts_with(&pattern[..from]) && part.ends_with(&pattern[to + 1..]),
        _ => pattern == part,
    };
    endpoint.split('/').count() == path.split('/').count() && endpoint.split('/').zip(path.split('/')).all(fits)
}

/// The commands of a document that name a subcommand or flag that does not exist.
fn commands(source: &Source, program_help: impl Fn(&str) -> Option<String>) -> Vec<Problem> {
    let mut problems = Vec::new();
    for command in shell::commands(&source.text) {
        let own = shell::arguments(&command, "cargo x").map(|words| shell::unknown(&words, own_help));
        let program = ["cargo run --release --", "prevenance", "target/release/prevenance"].into_iter();
        let program = program.filter_map(|name| shell::arguments(&command, name));
        let unknown = own.into_iter().chain(program.map(|words| shell::unknown(&words, &program_help))).flatten();
        problems.extend(unknown.map(|word| Problem::new(&source.path, command.line, format!("there is no `{word}`"))));
    }
    problems
}

/// What `cargo x SUBCOMMAND --help` prints.
fn own_help(subcommand: &str) -> Option<String> {
    Arguments::command().find_subcommand_mut(subcommand).map(|command| command.render_long_help().to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn documents_name_only_what_exists() {
        let help = |name: &str| (name == "serve").then(|| "  --data <FOLDER>\n".to_owned());
        let check = |text: &str| {
            let text = format!("```sh\n{text}\n```\n");
            commands(&Source { path: "README.md".into(), text }, help).len()
        };
        assert_eq!(check("cargo x ci\ncargo x scenario all --at binary\ncargo test"), 0);
        assert_eq!(check("cargo x dance"), 1);
        assert_eq!(check("cargo x crash --times 3"), 1);
        assert_eq!(check("cargo run --release -- serve --data d\nprevenance serve"), 0);
        assert_eq!(check("cargo run --release -- serve --port 80\nprevenance sing"), 2);
    }

    #[test]
    fn documents_call_only_what_the_api_has() {
        let endpoints = endpoints(r#"{"paths": {"/v1/batch": {}, "/v1/profiles/{who}": {}}}"#);
        let check = |path: &str| {
            let text = format!("```sh\ncurl -s \"$PREVENANCE{path}\"\n```\n");
            calls(&Source { path: "README.md".into(), text }, &endpoints).len()
        };
        assert_eq!(check("/v1/batch") + check("/v1/profiles/user_id:ana?limit=1"), 0);
        assert_eq!(check("/v1/bath"), 1);
        assert_eq!(check("/v1/profiles/ana/friends"), 1);
    }
}
