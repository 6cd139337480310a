//! Names: traits, properties of the event at hand, variables, facts of the request.

use std::sync::Arc;

use cel::common::ast::{Expr, IdedExpr};
use model::{
    name::{Name, Trait},
    request,
};

use super::{Check, Checker, Kind, Typed, Usage, listed};
use crate::{
    error::{Fault, code},
    needs::PropertyPath,
    tree::{Node, Variable},
};

/// What a name leads to. The path is that of the event's property behind it, if there is one.
pub(super) struct Reference {
    pub(super) typed: Typed,
    pub(super) path: Option<PropertyPath>,
}

impl Checker<'_> {
    /// A name whose value is used.
    pub(super) fn value_reference(&mut self, expr: &IdedExpr) -> Check<Typed> {
        let reference = self.reference(expr)?;
        if let Some(path) = reference.path {
            self.read(path);
        }
        Ok(reference.typed)
    }

    /// What a name leads to, before it is known how much of it is read.
    pub(super) fn reference(&mut self, expr: &IdedExpr) -> Check<Reference> {
        let (root, names) = self.names(expr)?;
        if let Some(at) = self.variables.iter().rposition(|variable| *variable.name == *root) {
            return Ok(self.variable(at, names));
        }
        match &*root {
            "profile" => {
                let name = self.trait_named(expr, &names)?;
                let kind = Kind::of(&self.scope.schema.get(name.as_str()).expect("just found").holds);
                Ok(Reference { typed: Typed::new(Node::Trait(name), kind), path: None })
            }
            "request" => Ok(Reference { typed: self.request(expr, &names)?, path: None }),
            _ if self.event.is_some() => {
                let names = if &*root == "event" { names } else { std::iter::once(root).chain(names).collect() };
                let Some(path) = PropertyPath::new(names) else {
                    return Err(self.fault(code::TYPE, expr, "Name a property of the event, such as event.total."));
                };
                let typed = Typed::new(Node::Property(path.clone()), Kind::Dynamic);
                Ok(Reference { typed, path: Some(path) })
            }
            _ => {
                let message = format!(
                    "`{root}` is not known here: traits are written profile.{root}, and properties of an event stand \
                     inside where(…)."
                );
                Err(self.fault(code::UNKNOWN_NAME, expr, message))
            }
        }
    }

    /// The path of a property of the event, as `sum` and the like take it.
    pub(super) fn property(&mut self, expr: &IdedExpr) -> Check<PropertyPath> {
        let reference = self.reference(expr)?;
        match reference.path {
            Some(path) => {
                self.read(path.clone());
                Ok(path)
            }
            None => Err(self.fault(code::TYPE, expr, "A property of the event is needed here, such as total.")),
        }
    }

    /// The trait that `profile.name` names; provenance is asked of nothing else.
    pub(super) fn trait_argument(&mut self, expr: &IdedExpr) -> Check<Name<Trait>> {
        match self.names(expr) {
            Ok((root, names)) if &*root == "profile" => self.trait_named(expr, &names),
            _ => Err(self.fault(code::TYPE, expr, "A trait is needed here, such as profile.size.")),
        }
    }

    fn trait_named(&mut self, expr: &IdedExpr, names: &[Arc<str>]) -> Check<Name<Trait>> {
        let [name] = names else {
            let message = match names {
                [] => "Name a trait of the profile, such as profile.country.".to_owned(),
                [name, ..] => format!("The trait `{name}` is asked as a whole; conditions do not look inside it."),
            };
            return Err(self.fault(code::TYPE, expr, message));
        };
        let Some((name, _)) = self.scope.schema.traits.get_key_value(&**name) else {
            let message = format!("The project has no trait `{name}`.");
            return Err(Fault::new(code::UNKNOWN_TRAIT, self.source.at(expr), message));
        };
        self.needs.traits.insert(name.clone());
        Ok(name.clone())
    }

    fn request(&mut self, expr: &IdedExpr, names: &[Arc<str>]) -> Check<Typed> {
        if self.scope.usage == Usage::Segment {
            let message = "A segment is true of a person at any moment and has no request; use this in an audience.";
            return Err(self.fault(code::REQUEST, expr, message));
        }
        if names.is_empty() {
            return Err(self.fault(code::TYPE, expr, "Name a fact of the request, such as request.hour."));
        }
        let name = names.join(".");
        if !request::is_fact(&name) {
            let message = format!("A request has no fact `{name}`; the shop's own attributes are request.shop.NAME.");
            return Err(self.fault(code::UNKNOWN_NAME, expr, message));
        }
        self.needs.request = true;
        let at = listed(&mut self.listing.requests, name.into());
        Ok(Typed::new(Node::Request(at), Kind::Dynamic))
    }

    fn variable(&mut self, at: usize, names: Vec<Arc<str>>) -> Reference {
        let binding = &self.variables[at];
        let kind = if names.is_empty() { binding.kind } else { Kind::Dynamic };
        let path = binding
            .origin
            .as_ref()
            .and_then(|origin| PropertyPath::new(origin.names().iter().chain(&names).cloned().collect::<Vec<_>>()));
        let outward = self.variables.len() - 1 - at;
        Reference { typed: Typed::new(Node::Variable(Variable { outward, path: names }), kind), path }
    }

    /// The name at the root of `a.b.c`, and those behind it.
    fn names(&self, expr: &IdedExpr) -> Check<(Arc<str>, Vec<Arc<str>>)> {
        let (mut names, mut inner) = (Vec::new(), expr);
        loop {
            match &inner.expr {
                Expr::Select(select) if !select.test => {
                    names.push(Arc::from(select.field.as_str()));
                    inner = &select.operand;
                }
                Expr::Ident(root) if !root.starts_with('.') => {
                    names.reverse();
                    return Ok((root.as_str().into(), names));
                }
                _ => {
                    let message = "A name is needed here, such as profile.country or, inside where(…), total.";
                    return Err(self.fault(code::TYPE, expr, message));
                }
            }
        }
    }
}
