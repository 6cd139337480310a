//! The type-checker: CEL's tree in, ours out, with what it needs. Every error points at a character.

mod call;
mod operator;
mod query;
mod reference;

use std::{collections::BTreeSet, fmt, sync::Arc};

use cel::common::ast::{Expr, IdedExpr, LiteralValue};
use model::{
    name::{Name, Score, Segment},
    schema::{TraitSchema, TraitType},
};

use crate::{
    error::{Fault, code},
    needs::{EventNeed, Needs, PropertyPath},
    number::Number,
    parse::Source,
    tree::{DEPTH, Listing, Node},
};

/// What a condition may name.
#[derive(Debug, Clone, Copy)]
pub struct Scope<'a> {
    /// The project's traits.
    pub schema: &'a TraitSchema,
    /// The project's segments. A tag of persons is among them, as [`TAG`] and its name.
    pub segments: &'a BTreeSet<Name<Segment>>,
    /// The project's scores.
    pub scores: &'a BTreeSet<Name<Score>>,
    /// What the condition is for.
    pub usage: Usage,
}

/// What a condition is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Usage {
    /// To be true of a person at any moment: no request is at hand.
    Segment,
    /// To be asked while a request is answered: `request.…` is known.
    Audience,
    /// To put things in order while a request is answered: less sure facts will do (requirements D4).
    Order,
}

/// What stands before the name of a tag where persons who have it are a segment.
pub const TAG: &str = "tag:";

/// What the checker makes of a text.
pub(crate) struct Checked {
    pub(crate) root: Node,
    pub(crate) listing: Listing,
    pub(crate) needs: Needs,
}

pub(crate) fn check(source: &Source<'_>, tree: &IdedExpr, scope: &Scope<'_>) -> Result<Checked, Fault> {
    let mut checker = Checker::new(source, scope);
    let root = checker.boolean(tree)?;
    Ok(Checked { root, listing: checker.listing, needs: checker.needs })
}

/// What may stand in `where(…)` behind `events("…")` of that name.
pub(crate) fn check_filter(
    source: &Source<'_>,
    tree: &IdedExpr,
    scope: &Scope<'_>,
    event: Arc<str>,
) -> Result<Checked, Fault> {
    let mut checker = Checker::new(source, scope);
    checker.needs.events.insert(event.clone(), EventNeed::default());
    checker.event = Some(listed(&mut checker.listing.events, event));
    let root = checker.boolean(tree)?;
    Ok(Checked { root, listing: checker.listing, needs: checker.needs })
}

/// A number, or a yes or no, that moves in steps.
pub(crate) fn check_number(source: &Source<'_>, tree: &IdedExpr, scope: &Scope<'_>) -> Result<Checked, Fault> {
    let mut checker = Checker::new(source, scope);
    let typed = checker.expr(tree)?;
    let refusal = match typed.kind {
        Kind::Number | Kind::Bool | Kind::Dynamic => None,
        Kind::Gauge | Kind::Moment | Kind::Span => {
            Some("This moves with time: ask whether it is above or below something, such as interest(\"tag:x\") > 0.3.")
        }
        Kind::Text | Kind::Place | Kind::Texts | Kind::Opaque => Some("A number, or a yes or no, is needed here."),
    };
    match refusal {
        Some(message) => Err(checker.fault(code::TYPE, tree, message)),
        None => Ok(Checked { root: typed.node, listing: checker.listing, needs: checker.needs }),
    }
}

/// What is known of an expression's value before it is evaluated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Bool,
    Number,
    Text,
    Moment,
    Span,
    Place,
    Texts,
    /// A property of an event or a fact of the request: anything.
    Dynamic,
    /// A trait of any shape, of which only its presence can be asked.
    Opaque,
    /// A number that moves by itself, of which only can be asked whether it is above or below another.
    Gauge,
}

impl Kind {
    fn of(holds: &TraitType) -> Self {
        match holds {
            TraitType::Text | TraitType::OneOf(_) => Self::Text,
            TraitType::Number | TraitType::Int => Self::Number,
            TraitType::Bool => Self::Bool,
            TraitType::Time => Self::Moment,
            TraitType::Place => Self::Place,
            TraitType::Texts => Self::Texts,
            TraitType::Any => Self::Opaque,
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Bool => "a yes or no",
            Self::Number => "a number",
            Self::Text => "a text",
            Self::Moment => "a moment",
            Self::Span => "a span of time",
            Self::Place => "a place",
            Self::Texts => "a list of texts",
            Self::Dynamic => "a value of unknown type",
            Self::Opaque => "a value of any shape",
            Self::Gauge => "a number that moves by itself",
        })
    }
}

struct Typed {
    node: Node,
    kind: Kind,
}

impl Typed {
    fn new(node: Node, kind: Kind) -> Self {
        Self { node, kind }
    }
}

/// A variable of an enclosing `exists` or `all`.
struct Binding {
    name: String,
    kind: Kind,
    /// The property that it runs over, if it is one of the event's.
    origin: Option<PropertyPath>,
}

struct Checker<'a> {
    source: &'a Source<'a>,
    scope: &'a Scope<'a>,
    listing: Listing,
    needs: Needs,
    /// The event whose properties can be named, inside `where` and the like.
    event: Option<usize>,
    variables: Vec<Binding>,
    depth: usize,
}

type Check<T> = Result<T, Fault>;

impl<'a> Checker<'a> {
    fn new(source: &'a Source<'a>, scope: &'a Scope<'a>) -> Self {
        Self {
            source,
            scope,
            listing: Listing::default(),
            needs: Needs::default(),
            event: None,
            variables: Vec::new(),
            depth: 0,
        }
    }
}

impl Checker<'_> {
    fn expr(&mut self, expr: &IdedExpr) -> Check<Typed> {
        if self.depth == DEPTH {
            let message = format!("A condition is at most {DEPTH} levels deep; this one is deeper.");
            return Err(Fault::new(code::TOO_DEEP, self.source.at(expr), message));
        }
        self.depth += 1;
        let typed = match &expr.expr {
            Expr::Literal(literal) => self.literal(expr, literal),
            Expr::Ident(_) | Expr::Select(_) => self.value_reference(expr),
            Expr::Call(call) => self.call(expr, call),
            Expr::List(_) => Err(self.fault(code::TYPE, expr, "A list can only stand behind `in`.")),
            Expr::Map(_) | Expr::Struct(_) | Expr::Comprehension(_) | Expr::Unspecified => {
                Err(self.fault(code::SYNTAX, expr, "Conditions have no maps and no structures."))
            }
        }?;
        self.depth -= 1;
        Ok(typed)
    }

    /// An expression that answers yes or no.
    fn boolean(&mut self, expr: &IdedExpr) -> Check<Node> {
        let typed = self.expr(expr)?;
        match typed.kind {
            Kind::Bool | Kind::Dynamic => Ok(typed.node),
            other => Err(self.fault(code::TYPE, expr, format!("A yes or no is needed here; this is {other}."))),
        }
    }

    fn literal(&self, expr: &IdedExpr, literal: &LiteralValue) -> Check<Typed> {
        let refuse = |message: &str| Err(self.fault(code::VALUE, expr, message));
        match literal {
            LiteralValue::Boolean(value) => Ok(Typed::new(Node::Bool(*value.inner()), Kind::Bool)),
            LiteralValue::Int(value) => Ok(Typed::new(Node::Number(Number::from_int(*value.inner())), Kind::Number)),
            LiteralValue::UInt(value) => Ok(Typed::new(Node::Number(Number::from_count(*value.inner())), Kind::Number)),
            LiteralValue::Double(value) => {
                let float = *value.inner();
                // Conditions count in millionths; a literal must not silently become another number.
                match Number::from_f64(float) {
                    Some(number) if number.as_f64() == float => Ok(Typed::new(Node::Number(number), Kind::Number)),
                    Some(_) => refuse("A number has at most six decimals."),
                    None => refuse("This number is too large."),
                }
            }
            LiteralValue::String(value) => Ok(Typed::new(Node::Text(value.inner().into()), Kind::Text)),
            LiteralValue::Null => refuse("There is no null here; ask has(…) whether a value is there."),
            LiteralValue::Bytes(_) => refuse("Conditions have texts, not bytes."),
        }
    }

    /// The text of a literal, for arguments that must be known before anything is evaluated.
    fn text_argument(&self, expr: &IdedExpr, what: &str) -> Check<Arc<str>> {
        match &expr.expr {
            Expr::Literal(LiteralValue::String(text)) => Ok(text.inner().into()),
            _ => Err(self.fault(code::TYPE, expr, format!("{what} is needed here, written in quotes."))),
        }
    }

    fn span_argument(&self, expr: &IdedExpr) -> Check<i64> {
        let text = self.text_argument(expr, "A span such as \"90d\"")?;
        self.span(expr, &text)
    }

    fn span(&self, expr: &IdedExpr, text: &str) -> Check<i64> {
        crate::moment::parse_span(text).ok_or_else(|| {
            let message = format!(
                "`{text}` is no span: write a whole number and s, m, h, d or w, such as \"90d\", up to a century."
            );
            self.fault(code::VALUE, expr, message)
        })
    }

    fn moment(&self, expr: &IdedExpr, text: &str) -> Check<i64> {
        crate::moment::parse_moment(text).ok_or_else(|| {
            let message = format!("`{text}` is no moment: write \"2026-03-02\" or \"2026-03-02T10:00:00Z\".");
            self.fault(code::VALUE, expr, message)
        })
    }

    /// Notes that a property of the event at hand is read.
    fn read(&mut self, path: PropertyPath) {
        let event = self.event.expect("a property is only found where there is an event");
        let name = self.listing.events[event].clone();
        self.needs.events.entry(name).or_default().paths.insert(path);
    }

    fn fault(&self, code: &'static str, expr: &IdedExpr, message: impl Into<String>) -> Fault {
        Fault::new(code, self.source.start(expr), message)
    }
}

/// The place of a name in a list of names, which gets it if it is new.
fn listed<T: PartialEq>(list: &mut Vec<T>, name: T) -> usize {
    list.iter().position(|known| *known == name).unwrap_or_else(|| {
        list.push(name);
        list.len() - 1
    })
}
