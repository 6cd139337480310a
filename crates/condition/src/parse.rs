//! From text to CEL's tree and on to ours, on a large stack.

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

use cel::{
    Env,
    common::ast::{Expr, IdedExpr, SourceInfo},
};

use crate::{
    error::{Fault, code},
    scan,
};

/// The generated parser and CEL's tree recurse once and more a level, with large frames. Within the limits of
/// [`scan`] they need a few MiB; the memory is only reserved, not touched.
const STACK_BYTES: usize = 64 * 1024 * 1024;
/// Nested expressions that the parser accepts: more than [`scan::NESTING`] lets through, so that the scan speaks.
const PARSER_DEPTH: u16 = 90;

/// Does something on a stack that is large enough for [`with_tree`]; fails if there is no memory for it.
///
/// A thread is the one thing of the operating system that this crate uses: it only lends a stack. The result depends
/// on the texts alone.
pub(crate) fn on_large_stack<T: Send>(work: impl FnOnce() -> T + Send) -> Result<T, Fault> {
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().name("condition".into()).stack_size(STACK_BYTES);
        match thread.spawn_scoped(scope, work) {
            Err(_) => Err(Fault::new(code::UNAVAILABLE, 0, "There is no memory left to read the condition.")),
            Ok(thread) => Ok(thread.join().unwrap_or_else(|panic| resume_unwind(panic))),
        }
    })
}

/// Parses, and hands the tree to `check`. Only on a large stack, where the tree is dropped too.
pub(crate) fn with_tree<T>(
    text: &str,
    check: impl FnOnce(&Source<'_>, &IdedExpr) -> Result<T, Fault>,
) -> Result<T, Fault> {
    scan::admit(text)?;
    // A panic of the foreign parser is an input that it cannot read. One of ours stays one.
    let parsed = catch_unwind(AssertUnwindSafe(|| parse(text)));
    let (tree, info) = parsed.unwrap_or_else(|_| Err(Fault::new(code::SYNTAX, 0, "The condition cannot be read.")))?;
    check(&Source { text, info }, &tree)
}

fn parse(text: &str) -> Result<(IdedExpr, SourceInfo), Fault> {
    // An environment of no macros: `has` and `exists` stay the calls that they are written as.
    let parser = Env::default().parser().enable_optional_syntax(false).enable_ident_escape_syntax(true);
    parser.max_recursion_depth(PARSER_DEPTH).parse_with_source_info(text).map_err(|errors| {
        let first = errors.errors.iter().find(|error| error.pos.0 > 0);
        let Some(error) = first else { return Fault::new(code::SYNTAX, 0, "The condition cannot be read.") };
        let byte = byte_at(text, error.pos.0, error.pos.1);
        let detail = error.msg.strip_prefix("Syntax error: ").unwrap_or(&error.msg);
        let message = match text[byte..].trim_end() {
            "" => "The condition ends too early.".to_owned(),
            rest if detail.starts_with("token recognition error") => {
                format!("`{}` cannot be read here.", first_word(rest))
            }
            // The generated parser lists every token that it would have taken; that helps nobody.
            rest if detail.contains(" expecting ") || detail.starts_with("no viable") => {
                format!("`{}` is not expected here.", first_word(rest))
            }
            _ => format!("The condition cannot be read: {detail}."),
        };
        Fault::new(code::SYNTAX, byte, message)
    })
}

/// The byte of a line (from 1) and a column of characters (from 1).
fn byte_at(text: &str, line: isize, column: isize) -> usize {
    let skip = usize::try_from(line - 1).unwrap_or(0);
    let start: usize = text.split_inclusive('\n').take(skip).map(str::len).sum();
    let chars = usize::try_from(column - 1).unwrap_or(0);
    text[start..].char_indices().nth(chars).map_or(text.len(), |(byte, _)| start + byte)
}

fn first_word(text: &str) -> &str {
    let word = text.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(text.len());
    let sign = text.chars().next().map_or(0, char::len_utf8);
    &text[..word.max(sign)]
}

/// Where the parts of a tree are in the text.
pub(crate) struct Source<'a> {
    text: &'a str,
    info: SourceInfo,
}

impl Source<'_> {
    /// The byte at which an expression starts.
    pub(crate) fn start(&self, expr: &IdedExpr) -> usize {
        let mut expr = expr;
        loop {
            expr = match &expr.expr {
                Expr::Select(select) => &select.operand,
                Expr::Call(call) => match (&call.target, call.args.first()) {
                    (Some(target), _) => target,
                    (None, Some(first)) if is_infix(&call.func_name) => first,
                    (None, _) => return self.at(expr),
                },
                _ => return self.at(expr),
            };
        }
    }

    /// The byte of what is said about an expression: a function's name, an operator's sign, a field's name.
    pub(crate) fn at(&self, expr: &IdedExpr) -> usize {
        let token = self.token(expr);
        match &expr.expr {
            // The parser notes the bracket of a call; its name stands before it.
            Expr::Call(call) if self.text[token..].starts_with('(') => {
                self.text[..token].trim_end().len().saturating_sub(call.func_name.len())
            }
            Expr::Select(_) if self.text[token..].starts_with('.') => {
                let name = self.text[token + 1..].trim_start();
                self.text.len() - name.len()
            }
            _ => token,
        }
    }

    fn token(&self, expr: &IdedExpr) -> usize {
        let byte = self.info.offset_for(expr.id).map_or(0, |(start, _)| start as usize);
        self.text.floor_char_boundary(byte)
    }
}

fn is_infix(function: &str) -> bool {
    function == "@in" || (function.starts_with('_') && function.ends_with('_')) || function.starts_with("_?")
}
