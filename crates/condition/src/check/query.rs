//! `events("…")`, its filters, its sequences, and what is asked of it.

use cel::common::ast::{CallExpr, Expr, IdedExpr};
use model::{limits::EVENT_NAME_BYTES, time::Span};

use super::{Check, Checker, Kind, Typed, listed};
use crate::{
    error::{Fault, code},
    needs::{PropertyPath, Window},
    tree::{Aggregate, Node, Pattern, Query, Step},
};

impl Checker<'_> {
    /// `events(…)….count()` and its like.
    pub(super) fn aggregate(&mut self, expr: &IdedExpr, call: &CallExpr, target: &IdedExpr) -> Check<Typed> {
        let name = call.func_name.as_str();
        if !is_query(target) {
            let message = format!("There is no `{name}` here, or it takes other arguments.");
            return Err(Fault::new(code::UNKNOWN_NAME, self.source.at(expr), message));
        }
        let query = self.query(target)?;
        let mut path = |arg: &IdedExpr| self.inside(query.of.event, |checker| checker.property(arg));
        let (aggregate, kind) = match (name, call.args.as_slice()) {
            ("count", []) => (Aggregate::Count, Kind::Number),
            ("days", []) => (Aggregate::Days, Kind::Number),
            ("distinct", [arg]) => (Aggregate::Distinct(path(arg)?), Kind::Number),
            ("sum", [arg]) => (Aggregate::Sum(path(arg)?), Kind::Number),
            ("max", [arg]) => (Aggregate::Max(path(arg)?), Kind::Number),
            ("min", [arg]) => (Aggregate::Min(path(arg)?), Kind::Number),
            ("average", [arg]) => (Aggregate::Average(path(arg)?), Kind::Number),
            ("first", []) => (Aggregate::First(None), Kind::Moment),
            ("last", []) => (Aggregate::Last(None), Kind::Moment),
            ("first", [arg]) => (Aggregate::First(Some(path(arg)?)), Kind::Dynamic),
            ("last", [arg]) => (Aggregate::Last(Some(path(arg)?)), Kind::Dynamic),
            (filter, _) if FILTERS.contains(&filter) => {
                self.query(expr)?;
                let message = "Say what you ask of the events: end with .count(), .last() or another such word.";
                return Err(Fault::new(code::TYPE, self.source.at(expr), message));
            }
            _ => {
                let message = format!(
                    "There is no `{name}` of events with these arguments: ask count(), days(), first(), last(), or \
                     sum, max, min, average, distinct, first, last of a property."
                );
                return Err(Fault::new(code::UNKNOWN_NAME, self.source.at(expr), message));
            }
        };
        Ok(Typed::new(Node::Aggregate(aggregate, Box::new(query)), kind))
    }

    fn query(&mut self, expr: &IdedExpr) -> Check<Query> {
        let (event, steps) = self.chain_of(expr)?;
        let mut query = Query { of: Pattern::of(event), steps: Vec::new() };
        for (at, call) in steps {
            match (call.func_name.as_str(), call.args.as_slice()) {
                ("followed_by", [by, limit @ ..]) if limit.len() <= 1 => {
                    self.may_follow(at, &query)?;
                    let by = self.pattern(by)?;
                    let limit_ms = limit.first().map(|arg| self.span_argument(arg)).transpose()?;
                    query.steps.push(Step::Followed { by, limit_ms, without: Vec::new() });
                }
                ("not_followed_by", [by, limit @ ..]) if limit.len() <= 1 => {
                    self.may_follow(at, &query)?;
                    let by = self.pattern(by)?;
                    let limit_ms = limit.first().map(|arg| self.span_argument(arg)).transpose()?;
                    query.steps.push(Step::NotFollowed { by, limit_ms });
                }
                ("without", [arg]) => {
                    let pattern = self.pattern(arg)?;
                    let Some(Step::Followed { without, .. }) = query.steps.last_mut() else {
                        let message = "without(…) stands behind followed_by(…): it says what must not come between.";
                        return Err(Fault::new(code::TYPE, self.source.at(at), message));
                    };
                    without.push(pattern);
                }
                _ if query.steps.is_empty() => self.filter(at, call, &mut query.of)?,
                _ => {
                    let message = "Behind a sequence, filters stand inside followed_by(events(…)…).";
                    return Err(Fault::new(code::TYPE, self.source.at(at), message));
                }
            }
        }
        self.note_windows(&query);
        Ok(query)
    }

    fn may_follow(&self, at: &IdedExpr, query: &Query) -> Check<()> {
        match query.steps.last() {
            Some(Step::NotFollowed { .. }) => {
                let message = "Nothing can follow what did not happen; not_followed_by(…) ends a sequence.";
                Err(Fault::new(code::TYPE, self.source.at(at), message))
            }
            _ => Ok(()),
        }
    }

    /// `events("…")` with filters and no more, as it stands inside a sequence.
    fn pattern(&mut self, expr: &IdedExpr) -> Check<Pattern> {
        if !is_query(expr) {
            return Err(self.fault(code::TYPE, expr, "events(\"…\") is needed here."));
        }
        let (event, steps) = self.chain_of(expr)?;
        let mut pattern = Pattern::of(event);
        for (at, call) in steps {
            self.filter(at, call, &mut pattern)?;
        }
        Ok(pattern)
    }

    fn filter(&mut self, at: &IdedExpr, call: &CallExpr, pattern: &mut Pattern) -> Check<()> {
        let narrower = |old: Option<i64>, new: i64| Some(old.map_or(new, |old| old.min(new)));
        let later = |old: Option<i64>, new: i64| Some(old.map_or(new, |old| old.max(new)));
        match (call.func_name.as_str(), call.args.as_slice()) {
            ("where", [test]) => {
                let test = self.inside(pattern.event, |checker| checker.boolean(test))?;
                pattern.filter = Some(match pattern.filter.take() {
                    None => test,
                    Some(Node::And(terms)) => Node::And(terms.into_iter().chain(flat(test)).collect()),
                    Some(first) => Node::And(std::iter::once(first).chain(flat(test)).collect()),
                });
            }
            ("within", [arg]) => pattern.within_ms = narrower(pattern.within_ms, self.span_argument(arg)?),
            ("older_than", [arg]) => pattern.older_than_ms = later(pattern.older_than_ms, self.span_argument(arg)?),
            ("since", [arg]) => pattern.since_ms = later(pattern.since_ms, self.moment_argument(arg)?),
            ("before", [arg]) => pattern.before_ms = narrower(pattern.before_ms, self.moment_argument(arg)?),
            (name, _) => {
                let message = format!(
                    "`{name}` does not filter events: write where(…), within(\"90d\"), older_than(\"90d\"), \
                     since(\"2026-03-02\") or before(\"2026-03-02\")."
                );
                return Err(Fault::new(code::UNKNOWN_NAME, self.source.at(at), message));
            }
        }
        Ok(())
    }

    fn moment_argument(&self, arg: &IdedExpr) -> Check<i64> {
        let text = self.text_argument(arg, "A moment such as \"2026-03-02\"")?;
        self.moment(arg, &text)
    }

    /// Checks with the properties of an event in reach, and no variable of outside.
    fn inside<T>(&mut self, event: usize, check: impl FnOnce(&mut Self) -> Check<T>) -> Check<T> {
        let outside = (self.event.replace(event), std::mem::take(&mut self.variables));
        let result = check(self);
        (self.event, self.variables) = outside;
        result
    }

    /// Whether something inside a path is already read of the event at hand.
    pub(super) fn reads_inside(&self, path: &PropertyPath) -> bool {
        let Some(need) = self.event.and_then(|at| self.needs.events.get(&self.listing.events[at])) else {
            return false;
        };
        need.paths.iter().any(|read| read.names().starts_with(path.names()))
    }

    /// The event of `events("…").a(…).b(…)`, and the calls behind it in order.
    fn chain_of<'e>(&mut self, expr: &'e IdedExpr) -> Check<(usize, Vec<(&'e IdedExpr, &'e CallExpr)>)> {
        let (mut calls, mut inner) = (Vec::new(), expr);
        let args = loop {
            match &inner.expr {
                Expr::Call(call) => match &call.target {
                    Some(target) => {
                        calls.push((inner, call));
                        inner = target;
                    }
                    None => break call.args.as_slice(),
                },
                _ => unreachable!("`is_query` found events(…) at the root"),
            }
        };
        if self.event.is_some() {
            let message = "Events cannot be asked for inside where(…); ask for them beside it.";
            return Err(self.fault(code::TYPE, inner, message));
        }
        let [name] = args else {
            return Err(self.fault(code::TYPE, inner, "It is written events(\"Order Completed\")."));
        };
        let text = self.text_argument(name, "The name of an event")?;
        if text.is_empty() || text.len() > EVENT_NAME_BYTES {
            let message = format!("An event's name has 1 to {EVENT_NAME_BYTES} bytes.");
            return Err(self.fault(code::VALUE, name, message));
        }
        self.needs.events.entry(text.clone()).or_default();
        calls.reverse();
        Ok((listed(&mut self.listing.events, text), calls))
    }

    /// Notes how far back each event of a query is looked at. What follows an event of the last week happened in the
    /// last week too.
    fn note_windows(&mut self, query: &Query) {
        let base = window(&query.of);
        let steps = query.steps.iter().flat_map(|step| match step {
            Step::Followed { by, without, .. } => std::iter::once(by).chain(without),
            Step::NotFollowed { by, .. } => std::iter::once(by).chain(&[]),
        });
        for pattern in std::iter::once(&query.of).chain(steps) {
            let need = self.needs.events.entry(self.listing.events[pattern.event].clone()).or_default();
            need.window = need.window.max(window(pattern).min(base));
        }
    }
}

const FILTERS: &[&str] =
    &["where", "within", "older_than", "since", "before", "followed_by", "not_followed_by", "without"];

impl Pattern {
    fn of(event: usize) -> Self {
        Self { event, filter: None, within_ms: None, older_than_ms: None, since_ms: None, before_ms: None }
    }
}

fn window(pattern: &Pattern) -> Window {
    pattern.within_ms.map_or(Window::Lifetime, |ms| Window::Within(Span::from_millis(ms)))
}

fn flat(node: Node) -> Vec<Node> {
    match node {
        Node::And(terms) => terms.into(),
        other => vec![other],
    }
}

fn is_query(expr: &IdedExpr) -> bool {
    let mut inner = expr;
    while let Expr::Call(call) = &inner.expr {
        match &call.target {
            Some(target) => inner = target,
            None => return call.func_name == "events",
        }
    }
    false
}
