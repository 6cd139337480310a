//! Size budgets: lines of a crate, a file, a function; and that each crate opens by saying what it is.

use super::{Problem, layers::LAYERS};
use crate::project::Source;

/// Lines of a file, less than.
const FILE_LINES: usize = 600;

/// Lines of a function from its first to its last, less than.
const FUNCTION_LINES: usize = 70;

/// Lines of `//!` at the top of a crate, at least.
const HEADER_LINES: usize = 2;

/// A file or function that may be longer, and why.
struct Exception {
    path: &'static str,
    /// The function, or `*` for the file itself.
    item: &'static str,
    /// For the reader.
    reason: &'static str,
}

/// Kept short: a reason is that cutting would make the code worse, never that there was no time.
const EXCEPTIONS: &[Exception] = &[];

/// Checks all Rust files.
pub(super) fn check(sources: &[Source]) -> Vec<Problem> {
    let mut problems = Vec::new();
    for source in sources.iter().filter(|source| source.is_rust()) {
        let lines = source.text.lines().count();
        if lines >= FILE_LINES && !excepted(&source.path, "*") {
            problems.push(Problem::new(&source.path, 0, format!("{lines} lines; a file stays under {FILE_LINES}")));
        }
        for function in functions(&source.text) {
            if function.lines >= FUNCTION_LINES && !excepted(&source.path, &function.name) {
                let message = format!("fn {} has {} lines; under {FUNCTION_LINES}", function.name, function.lines);
                problems.push(Problem::new(&source.path, function.line, message));
            }
        }
        problems.extend(header(source));
    }
    problems.extend(LAYERS.iter().filter_map(|layer| crate_size(sources, layer.name, layer.lines)));
    problems.extend(idle_exceptions(sources));
    problems
}

fn excepted(path: &str, item: &str) -> bool {
    EXCEPTIONS.iter().any(|exception| exception.path == path && exception.item == item)
}

/// An exception whose file is gone, or that gives no reason, is itself a problem.
fn idle_exceptions(sources: &[Source]) -> Vec<Problem> {
    let idle = |exception: &&Exception| {
        exception.reason.is_empty() || !sources.iter().any(|source| source.path == exception.path)
    };
    let problem = |exception: &Exception| Problem::new(exception.path, 0, "a size exception without file or reason");
    EXCEPTIONS.iter().filter(idle).map(problem).collect()
}

fn header(source: &Source) -> Option<Problem> {
    let name = source.crate_name()?;
    if source.path != format!("crates/{name}/src/lib.rs") && source.path != format!("crates/{name}/src/main.rs") {
        return None;
    }
    let lines = source.text.lines().take_while(|line| line.starts_with("//!")).count();
    let message = "opens with `//!`: the purpose, what it must not know, where to start reading";
    (lines < HEADER_LINES).then(|| Problem::new(&source.path, 1, message))
}

fn crate_size(sources: &[Source], name: &str, budget: usize) -> Option<Problem> {
    let own = sources.iter().filter(|source| source.is_rust() && source.crate_name() == Some(name));
    let lines: usize = own.map(|source| source.text.lines().count()).sum();
    let message = format!("{lines} lines; `{name}` stays under {budget} (ARCHITECTURE.md)");
    (lines >= budget).then(|| Problem::new(format!("crates/{name}"), 0, message))
}

/// One function of a file.
#[derive(Debug, PartialEq, Eq)]
struct Function {
    name: String,
    /// Its first line, from 1.
    line: usize,
    /// From the line of `fn` to the closing brace.
    lines: usize,
}

/// The functions with a body. Relies on rustfmt: a body ends at the first `}` that stands as far left as its `fn`.
fn functions(text: &str) -> Vec<Function> {
    let lines: Vec<&str> = text.lines().collect();
    let mut functions = Vec::new();
    for (index, line) in lines.iter().enumerate() {
        let Some(name) = declared(line) else { continue };
        let indent = &line[..line.len() - line.trim_start().len()];
        let length = if line.ends_with(['}', ';']) { Some(1) } else { length(&lines[index..], indent) };
        functions.extend(length.map(|lines| Function { name: name.to_owned(), line: index + 1, lines }));
    }
    functions
}

/// The name in a line that begins a function.
fn declared(line: &str) -> Option<&str> {
    let (before, after) = line.trim_start().split_once("fn ")?;
    let is_qualifier =
        |word: &str| matches!(word, "pub" | "const" | "async" | "unsafe" | "extern") || word.starts_with("pub(");
    if !before.split_whitespace().all(is_qualifier) {
        return None;
    }
    let end = after.find(|c: char| !(c.is_alphanumeric() || c == '_'))?;
    (end > 0).then_some(&after[..end])
}

fn length(lines: &[&str], indent: &str) -> Option<usize> {
    for (index, line) in lines.iter().enumerate().skip(1) {
        let Some(rest) = line.strip_prefix(indent) else { continue };
        if rest.starts_with('}') {
            return Some(index + 1);
        }
        // The end of a signature over several lines that has no body.
        if rest.starts_with(')') && rest.ends_with(';') {
            return None;
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "pub(crate) const fn one() -> u8 { 1 }\n\nimpl A {\n    fn two(\n        a: u8,\n    ) -> u8 {\n        if a {\n        }\n        a\n    }\n}\ntrait B {\n    fn three(\n        a: u8,\n    );\n}\nlet f = |x| x; // a fn in words\n";

    #[test]
    fn functions_are_measured_from_name_to_brace() {
        let found: Vec<_> = functions(TEXT).into_iter().map(|f| (f.name, f.line, f.lines)).collect();
        assert_eq!(found, [("one".into(), 1, 1), ("two".into(), 4, 7)]);
    }

    fn problems(path: &str, text: String) -> usize {
        check(&[Source { path: path.into(), text }]).len()
    }

    #[test]
    fn budgets_hold_at_the_limit_and_break_one_beyond() {
        let function = |lines: usize| format!("fn long() {{\n{}}}\n", "    x();\n".repeat(lines - 2));
        assert_eq!(problems("crates/a/src/b.rs", function(FUNCTION_LINES - 1)), 0);
        assert_eq!(problems("crates/a/src/b.rs", function(FUNCTION_LINES)), 1);
        assert_eq!(problems("crates/a/src/b.rs", "//\n".repeat(FILE_LINES - 1)), 0);
        assert_eq!(problems("crates/a/src/b.rs", "//\n".repeat(FILE_LINES)), 1);
        assert_eq!(problems("crates/assign/src/b.rs", "//\n".repeat(2_000)), 2, "the file and its crate");
    }

    #[test]
    fn a_crate_says_what_it_is() {
        assert_eq!(problems("crates/a/src/lib.rs", "//! One line.\npub mod b;\n".into()), 1);
        assert_eq!(problems("crates/a/src/lib.rs", "//! What.\n//!\n//! Where.\n".into()), 0);
    }
}
