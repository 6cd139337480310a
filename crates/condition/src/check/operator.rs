//! Operators: comparisons, `in`, arithmetic, logic.

use cel::common::ast::{Expr, IdedExpr};
use model::{
    fact::FactKind,
    journey::{Aim, Stage},
    schema::TraitType,
};

use super::{Check, Checker, Kind, Typed};
use crate::{
    error::{Fault, code},
    facts::Model,
    number::Number,
    tree::{Arithmetic, Compare, Node, Provenance},
};

impl Checker<'_> {
    /// `&&` or `||`: the whole chain becomes one level, however the parser balanced it.
    pub(super) fn chain(&mut self, function: &str, args: &[IdedExpr]) -> Check<Typed> {
        let (mut open, mut terms): (Vec<&IdedExpr>, _) = (args.iter().rev().collect(), Vec::new());
        while let Some(next) = open.pop() {
            match &next.expr {
                Expr::Call(call) if call.func_name == function => open.extend(call.args.iter().rev()),
                _ => terms.push(self.boolean(next)?),
            }
        }
        let terms = terms.into();
        Ok(Typed::new(if function == "_&&_" { Node::And(terms) } else { Node::Or(terms) }, Kind::Bool))
    }

    pub(super) fn choice(&mut self, args: &[IdedExpr]) -> Check<Typed> {
        let [test, yes, no] = args else { unreachable!("the grammar gives `? :` three operands") };
        let test = self.boolean(test)?;
        let (left, right) = (self.expr(yes)?, self.expr(no)?);
        let kind = match (left.kind, right.kind) {
            (one, other) if one == other => one,
            (Kind::Dynamic, _) | (_, Kind::Dynamic) => Kind::Dynamic,
            (one, other) => {
                let message = format!("Both sides of a choice are of one type; these are {one} and {other}.");
                return Err(self.fault(code::TYPE, no, message));
            }
        };
        Ok(Typed::new(Node::If(Box::new([test, left.node, right.node])), kind))
    }

    pub(super) fn compare(&mut self, expr: &IdedExpr, op: Compare, args: &[IdedExpr]) -> Check<Typed> {
        let [left_expr, right_expr] = args else { unreachable!("the grammar gives a comparison two operands") };
        let (left, right) = (self.expr(left_expr)?, self.expr(right_expr)?);
        let ordered = !matches!(op, Compare::Equal | Compare::NotEqual);
        // A property before or after a text can only mean a date.
        let beside = |kind| if ordered && kind == Kind::Dynamic { Kind::Moment } else { kind };
        let right = self.literal_as(right_expr, right, beside(left.kind))?;
        let left = self.literal_as(left_expr, left, beside(right.kind))?;
        if left.kind == Kind::Gauge || right.kind == Kind::Gauge {
            return self.gauged(expr, op, [left, right]);
        }
        for (kind, side) in [(left.kind, left_expr), (right.kind, right_expr)] {
            let refusal = match kind {
                Kind::Opaque => "A trait of any shape cannot be compared; only has(…) can be asked of it.".to_owned(),
                Kind::Place | Kind::Texts => format!("{} cannot be compared.", capital(kind)),
                Kind::Bool | Kind::Text if ordered => {
                    format!("{} has no order; only == and != compare it.", capital(kind))
                }
                _ => continue,
            };
            return Err(self.fault(code::TYPE, side, refusal));
        }
        if left.kind != right.kind && left.kind != Kind::Dynamic && right.kind != Kind::Dynamic {
            let message = format!("{} cannot be compared with {}.", capital(left.kind), right.kind);
            return Err(self.fault(code::TYPE, right_expr, message));
        }
        if matches!((left.kind, right.kind), (Kind::Dynamic, Kind::Span) | (Kind::Span, Kind::Dynamic)) {
            let message = "A property is never a span of time; compare with a moment, such as ago(\"3d\").";
            return Err(Fault::new(code::TYPE, self.source.at(expr), message));
        }
        self.is_a_choice(right_expr, &right.node, &left.node)?;
        self.is_a_choice(left_expr, &left.node, &right.node)?;
        // The canonical form has a literal on the right, where the evaluator looks for a threshold.
        let (op, sides) = if left.node.is_literal() && !right.node.is_literal() {
            (op.flipped(), [right.node, left.node])
        } else {
            (op, [left.node, right.node])
        };
        Ok(Typed::new(Node::Compare(op, Box::new(sides)), Kind::Bool))
    }

    /// A number that moves by itself is above or below a literal: when it turns can be calculated then.
    fn gauged(&self, expr: &IdedExpr, op: Compare, sides: [Typed; 2]) -> Check<Typed> {
        let ordered = !matches!(op, Compare::Equal | Compare::NotEqual);
        let [left, right] = sides.map(|side| side.node);
        match (left, right) {
            (gauge @ Node::Gauge(_), number @ Node::Number(_)) if ordered => {
                Ok(Typed::new(Node::Compare(op, Box::new([gauge, number])), Kind::Bool))
            }
            (number @ Node::Number(_), gauge @ Node::Gauge(_)) if ordered => {
                Ok(Typed::new(Node::Compare(op.flipped(), Box::new([gauge, number])), Kind::Bool))
            }
            _ => {
                let message = "A trust, an interest or a score moves with time: ask whether it is above or below a \
                               number, such as score(\"engagement\") >= 50.";
                Err(Fault::new(code::TYPE, self.source.at(expr), message))
            }
        }
    }

    /// A text literal beside a moment or a span is one.
    fn literal_as(&self, expr: &IdedExpr, typed: Typed, beside: Kind) -> Check<Typed> {
        match (&typed.node, beside) {
            (Node::Text(text), Kind::Moment) => Ok(Typed::new(Node::Moment(self.moment(expr, text)?), Kind::Moment)),
            (Node::Text(text), Kind::Span) => Ok(Typed::new(Node::Span(self.span(expr, text)?), Kind::Span)),
            _ => Ok(typed),
        }
    }

    /// A literal that is compared with a trait of few values must be one of them: `"Wide"` is a typing error where
    /// the trait knows `narrow` and `wide`.
    fn is_a_choice(&self, expr: &IdedExpr, literal: &Node, beside: &Node) -> Check<()> {
        let Node::Text(text) = literal else { return Ok(()) };
        let choices: Vec<&str> = match beside {
            Node::Trait(name) => match self.scope.schema.get(name.as_str()).map(|rules| &rules.holds) {
                Some(TraitType::OneOf(texts)) => texts.iter().map(String::as_str).collect(),
                _ => return Ok(()),
            },
            Node::Provenance(Provenance::Kind, _) => FactKind::ALL.map(FactKind::word).to_vec(),
            Node::Reading(Model::Stage) => Stage::ALL.map(Stage::word).to_vec(),
            Node::Reading(Model::Aim) => Aim::ALL.map(Aim::word).to_vec(),
            _ => return Ok(()),
        };
        if choices.contains(&&**text) {
            return Ok(());
        }
        let message = format!("It is never `{text}`; it is one of {}.", choices.join(", "));
        Err(self.fault(code::VALUE, expr, message))
    }

    pub(super) fn membership(&mut self, args: &[IdedExpr]) -> Check<Typed> {
        let [item_expr, list_expr] = args else { unreachable!("the grammar gives `in` two operands") };
        let item = self.expr(item_expr)?;
        if !matches!(item.kind, Kind::Text | Kind::Number | Kind::Dynamic) {
            let message = format!("{} is in no list; a text or a number can be.", capital(item.kind));
            return Err(self.fault(code::TYPE, item_expr, message));
        }
        let Expr::List(list) = &list_expr.expr else {
            let list = self.expr(list_expr)?;
            return match (list.kind, item.kind) {
                (Kind::Texts, Kind::Number) => {
                    Err(self.fault(code::TYPE, item_expr, "A list of texts holds no number."))
                }
                (Kind::Texts | Kind::Dynamic, _) => {
                    Ok(Typed::new(Node::InList(Box::new([item.node, list.node])), Kind::Bool))
                }
                (other, _) => {
                    Err(self.fault(code::TYPE, list_expr, format!("A list is needed here; this is {other}.")))
                }
            };
        };
        let (mut texts, mut numbers) = (Vec::new(), Vec::new());
        for element in &list.elements {
            let typed = self.expr(element)?;
            match typed.node {
                Node::Text(_) if item.kind != Kind::Number && numbers.is_empty() => {
                    self.is_a_choice(element, &typed.node, &item.node)?;
                    let Node::Text(text) = typed.node else { continue };
                    texts.push(text);
                }
                Node::Number(number) if item.kind != Kind::Text && texts.is_empty() => numbers.push(number),
                _ => {
                    let message = "A list holds texts in quotes or numbers, all of the type that is looked for.";
                    return Err(self.fault(code::TYPE, element, message));
                }
            }
        }
        texts.sort();
        texts.dedup();
        numbers.sort_unstable();
        numbers.dedup();
        let node = match (texts.is_empty(), numbers.is_empty()) {
            (true, true) => return Err(self.fault(code::VALUE, list_expr, "Nothing is in an empty list.")),
            (false, _) => Node::InTexts(Box::new(item.node), texts.into()),
            (true, false) => Node::InNumbers(Box::new(item.node), numbers.into()),
        };
        Ok(Typed::new(node, Kind::Bool))
    }

    pub(super) fn arithmetic(&mut self, expr: &IdedExpr, op: Arithmetic, args: &[IdedExpr]) -> Check<Typed> {
        let [left_expr, right_expr] = args else { unreachable!("the grammar gives arithmetic two operands") };
        let (left, right) = (self.expr(left_expr)?, self.expr(right_expr)?);
        let beside = |kind| if kind == Kind::Moment { Kind::Span } else { kind };
        let right = match left.kind {
            // What is added to a moment is a span; only another moment is subtracted from it as one.
            Kind::Moment | Kind::Span => self.literal_as(right_expr, right, beside(left.kind))?,
            _ => right,
        };
        let left = if right.kind == Kind::Span { self.literal_as(left_expr, left, Kind::Span)? } else { left };
        let number = |kind| matches!(kind, Kind::Number | Kind::Dynamic);
        let kind = match (left.kind, op, right.kind) {
            (one, _, other) if number(one) && number(other) => Kind::Number,
            (Kind::Moment, Arithmetic::Add | Arithmetic::Subtract, Kind::Span) => Kind::Moment,
            (Kind::Moment, Arithmetic::Subtract, Kind::Moment) => Kind::Span,
            (Kind::Span, Arithmetic::Add | Arithmetic::Subtract, Kind::Span) => Kind::Span,
            (one, _, other) => {
                let message = format!("This cannot be calculated with {one} and {other}.");
                return Err(Fault::new(code::TYPE, self.source.at(expr), message));
            }
        };
        Ok(Typed::new(Node::Arithmetic(op, Box::new([left.node, right.node])), kind))
    }

    pub(super) fn negate(&mut self, args: &[IdedExpr]) -> Check<Typed> {
        let [arg] = args else { unreachable!("the grammar gives a sign one operand") };
        let typed = self.expr(arg)?;
        match (typed.node, typed.kind) {
            (Node::Number(number), _) => Ok(Typed::new(Node::Number(Number::negated(number)), Kind::Number)),
            (node, Kind::Number | Kind::Dynamic) => Ok(Typed::new(Node::Negate(Box::new(node)), Kind::Number)),
            (_, other) => Err(self.fault(code::TYPE, arg, format!("A number is needed here; this is {other}."))),
        }
    }
}

fn capital(kind: Kind) -> String {
    let text = kind.to_string();
    let mut chars = text.chars();
    chars.next().map(|first| first.to_uppercase().chain(chars).collect()).unwrap_or_default()
}
