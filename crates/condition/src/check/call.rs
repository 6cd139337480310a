//! Functions and methods.

use cel::common::ast::{CallExpr, Expr, IdedExpr};
use model::name::Name;

use super::{Binding, Check, Checker, Kind, TAG, Typed, listed};
use crate::{
    error::{Fault, code},
    facts::Model,
    tree::{Arithmetic, Compare, Distance, Gauge, Node, Provenance, Quantified, Quantifier, TextTest},
};

impl Checker<'_> {
    pub(super) fn call(&mut self, expr: &IdedExpr, call: &CallExpr) -> Check<Typed> {
        let args = call.args.as_slice();
        if let Some(target) = &call.target {
            return self.method(expr, call, target);
        }
        match call.func_name.as_str() {
            chain @ ("_&&_" | "_||_") => self.chain(chain, args),
            "_?_:_" => self.choice(args),
            "!_" => Ok(Typed::new(Node::Not(Box::new(self.boolean(&args[0])?)), Kind::Bool)),
            "-_" => self.negate(args),
            "_==_" => self.compare(expr, Compare::Equal, args),
            "_!=_" => self.compare(expr, Compare::NotEqual, args),
            "_<_" => self.compare(expr, Compare::Less, args),
            "_<=_" => self.compare(expr, Compare::AtMost, args),
            "_>_" => self.compare(expr, Compare::More, args),
            "_>=_" => self.compare(expr, Compare::AtLeast, args),
            "_+_" => self.arithmetic(expr, Arithmetic::Add, args),
            "_-_" => self.arithmetic(expr, Arithmetic::Subtract, args),
            "_*_" => self.arithmetic(expr, Arithmetic::Multiply, args),
            "_/_" => self.arithmetic(expr, Arithmetic::Divide, args),
            "_%_" => self.arithmetic(expr, Arithmetic::Remainder, args),
            "@in" => self.membership(args),
            "_[_]" => Err(Fault::new(
                code::TYPE,
                self.source.at(expr),
                "Conditions do not count into lists; ask list.exists(x, …).",
            )),
            _ => self.function(expr, call),
        }
    }

    fn function(&mut self, expr: &IdedExpr, call: &CallExpr) -> Check<Typed> {
        let (name, args) = (call.func_name.as_str(), call.args.as_slice());
        match (name, args) {
            ("has", [arg]) => {
                let node = match &arg.expr {
                    Expr::Ident(_) | Expr::Select(_) => self.value_reference(arg)?.node,
                    _ => return Err(self.fault(code::TYPE, arg, "has(…) takes a name, such as profile.email.")),
                };
                Ok(Typed::new(Node::Has(Box::new(node)), Kind::Bool))
            }
            ("source", [arg]) => self.provenance(Provenance::Source, arg, Kind::Text),
            ("kind", [arg]) => self.provenance(Provenance::Kind, arg, Kind::Text),
            ("age", [arg]) => self.provenance(Provenance::Age, arg, Kind::Span),
            ("as_of", [arg]) => self.provenance(Provenance::AsOf, arg, Kind::Moment),
            ("years_since", [arg]) => {
                let kinds = [Kind::Moment, Kind::Text, Kind::Dynamic];
                Ok(Typed::new(Node::YearsSince(Box::new(self.one_of(arg, &kinds)?)), Kind::Number))
            }
            ("since", [arg]) => {
                Ok(Typed::new(Node::Since(Box::new(self.one_of(arg, &[Kind::Moment, Kind::Dynamic])?)), Kind::Span))
            }
            ("until", [arg]) => {
                Ok(Typed::new(Node::Until(Box::new(self.one_of(arg, &[Kind::Moment, Kind::Dynamic])?)), Kind::Span))
            }
            ("ago", [arg]) => Ok(Typed::new(Node::Ago(self.span_argument(arg)?), Kind::Moment)),
            ("now", []) => Ok(Typed::new(Node::Ago(0), Kind::Moment)),
            ("moment", [arg]) => {
                let text = self.text_argument(arg, "A moment such as \"2026-03-02\"")?;
                Ok(Typed::new(Node::Moment(self.moment(arg, &text)?), Kind::Moment))
            }
            ("size", [arg]) => {
                let node = self.one_of(arg, &[Kind::Texts, Kind::Text, Kind::Dynamic])?;
                Ok(Typed::new(Node::Size(Box::new(node)), Kind::Number))
            }
            ("segment", [arg]) => self.segment(arg),
            ("tag", [arg]) => self.tag(arg),
            ("trust", [arg]) => {
                let name = self.trait_argument(arg)?;
                Ok(Typed::new(Node::Gauge(Gauge::Trust(name)), Kind::Gauge))
            }
            ("interest", [arg]) => self.interest(arg),
            ("score", [arg]) => self.score(arg),
            ("stage", []) => Ok(self.reading(Model::Stage)),
            ("aim", []) => Ok(self.reading(Model::Aim)),
            ("distance_km", [place, lat, lon]) => self.distance(place, lat, lon),
            ("events", _) => {
                let message = "Say what you ask of the events: end with .count(), .last() or another such word.";
                Err(self.fault(code::TYPE, expr, message))
            }
            (known, _) if FUNCTIONS.iter().any(|(name, _)| *name == known) => {
                let (_, usage) = FUNCTIONS.iter().find(|(name, _)| *name == known).expect("just found");
                Err(Fault::new(code::TYPE, self.source.at(expr), format!("It is written {usage}.")))
            }
            (other, _) => {
                let message = format!("There is no function `{other}`.");
                Err(Fault::new(code::UNKNOWN_NAME, self.source.at(expr), message))
            }
        }
    }

    fn method(&mut self, expr: &IdedExpr, call: &CallExpr, target: &IdedExpr) -> Check<Typed> {
        let args = call.args.as_slice();
        match (call.func_name.as_str(), args) {
            ("startsWith", [part]) => self.text_test(TextTest::Starts, target, part),
            ("endsWith", [part]) => self.text_test(TextTest::Ends, target, part),
            ("contains", [part]) => self.text_test(TextTest::Contains, target, part),
            ("lower", []) => {
                let node = self.one_of(target, &[Kind::Text, Kind::Dynamic])?;
                Ok(Typed::new(Node::Lower(Box::new(node)), Kind::Text))
            }
            ("exists", [variable, test]) => self.quantified(Quantifier::Exists, target, [variable, test]),
            ("all", [variable, test]) => self.quantified(Quantifier::All, target, [variable, test]),
            _ => self.aggregate(expr, call, target),
        }
    }

    fn provenance(&mut self, what: Provenance, arg: &IdedExpr, kind: Kind) -> Check<Typed> {
        let name = self.trait_argument(arg)?;
        Ok(Typed::new(Node::Provenance(what, name), kind))
    }

    fn one_of(&mut self, arg: &IdedExpr, kinds: &[Kind]) -> Check<Node> {
        let typed = self.expr(arg)?;
        if kinds.contains(&typed.kind) {
            return Ok(typed.node);
        }
        let message = format!("{} is needed here; this is {}.", kinds[0].to_string().replacen('a', "A", 1), typed.kind);
        Err(self.fault(code::TYPE, arg, message))
    }

    fn text_test(&mut self, test: TextTest, target: &IdedExpr, part: &IdedExpr) -> Check<Typed> {
        let kinds = [Kind::Text, Kind::Dynamic];
        let operands = [self.one_of(target, &kinds)?, self.one_of(part, &kinds)?];
        Ok(Typed::new(Node::TextTest(test, Box::new(operands)), Kind::Bool))
    }

    fn quantified(
        &mut self,
        quantifier: Quantifier,
        target: &IdedExpr,
        [variable, test]: [&IdedExpr; 2],
    ) -> Check<Typed> {
        let list = match &target.expr {
            // The list itself is not read here: what is read is what the test reads inside it.
            Expr::Ident(_) | Expr::Select(_) => self.reference(target)?,
            _ => return Err(self.fault(code::TYPE, target, "A list is needed here, such as products.")),
        };
        let kind = match list.typed.kind {
            Kind::Texts => Kind::Text,
            Kind::Dynamic => Kind::Dynamic,
            other => return Err(self.fault(code::TYPE, target, format!("A list is needed here; this is {other}."))),
        };
        let name = match &variable.expr {
            Expr::Ident(name) if !matches!(name.as_str(), "profile" | "request" | "event") => name.clone(),
            _ => return Err(self.fault(code::TYPE, variable, "A short name for each element is needed here.")),
        };
        self.variables.push(Binding { name, kind, origin: list.path.clone() });
        let test = self.boolean(test)?;
        self.variables.pop();
        if let Some(path) = list.path
            && !self.reads_inside(&path)
        {
            self.read(path);
        }
        Ok(Typed::new(Node::Quantified(quantifier, Box::new(Quantified { list: list.typed.node, test })), Kind::Bool))
    }

    fn segment(&mut self, arg: &IdedExpr) -> Check<Typed> {
        let text = self.text_argument(arg, "The name of a segment")?;
        let name = Name::new(text);
        if !self.scope.segments.contains(&name) || name.as_str().starts_with(TAG) {
            return Err(self.fault(code::UNKNOWN_SEGMENT, arg, format!("The project has no segment `{name}`.")));
        }
        self.needs.segments.insert(name.clone());
        let at = listed(&mut self.listing.segments, name);
        Ok(Typed::new(Node::Segment(at), Kind::Bool))
    }

    /// Persons who have a tag are a segment.
    fn tag(&mut self, arg: &IdedExpr) -> Check<Typed> {
        let text = self.text_argument(arg, "The name of a tag")?;
        let name = Name::new(format!("{TAG}{text}"));
        if !self.scope.segments.contains(&name) {
            return Err(self.fault(code::UNKNOWN_TAG, arg, format!("The project gives no person the tag `{text}`.")));
        }
        self.needs.segments.insert(name.clone());
        let at = listed(&mut self.listing.segments, name);
        Ok(Typed::new(Node::Segment(at), Kind::Bool))
    }

    fn interest(&mut self, arg: &IdedExpr) -> Check<Typed> {
        let topic = self.text_argument(arg, "A topic such as \"category:boots\"")?;
        let is_topic = topic.split_once(':').is_some_and(|(family, value)| !family.is_empty() && !value.is_empty());
        if !is_topic {
            let message = format!("`{topic}` is no topic: write what it is and its value, such as \"category:boots\".");
            return Err(self.fault(code::VALUE, arg, message));
        }
        self.needs.interests.insert(topic.clone());
        Ok(Typed::new(Node::Gauge(Gauge::Interest(topic)), Kind::Gauge))
    }

    fn score(&mut self, arg: &IdedExpr) -> Check<Typed> {
        let name = Name::new(self.text_argument(arg, "The name of a score")?);
        if !self.scope.scores.contains(&name) {
            return Err(self.fault(code::UNKNOWN_SCORE, arg, format!("The project has no score `{name}`.")));
        }
        self.needs.scores.insert(name.clone());
        Ok(Typed::new(Node::Gauge(Gauge::Score(name)), Kind::Gauge))
    }

    fn reading(&mut self, model: Model) -> Typed {
        self.needs.models.insert(model);
        Typed::new(Node::Reading(model), Kind::Text)
    }

    fn distance(&mut self, place: &IdedExpr, lat: &IdedExpr, lon: &IdedExpr) -> Check<Typed> {
        let node = self.one_of(place, &[Kind::Place, Kind::Dynamic])?;
        let mut degrees = |arg: &IdedExpr, most: f64| match self.expr(arg)?.node {
            Node::Number(number) if number.as_f64().abs() <= most => Ok(number),
            _ => Err(self.fault(code::VALUE, arg, format!("Degrees between -{most} and {most} are needed here."))),
        };
        let (lat, lon) = (degrees(lat, 90.0)?, degrees(lon, 180.0)?);
        Ok(Typed::new(Node::DistanceKm(Box::new(Distance { place: node, lat, lon })), Kind::Number))
    }
}

/// How each function is written, for who got its arguments wrong.
const FUNCTIONS: &[(&str, &str)] = &[
    ("has", "has(profile.email)"),
    ("source", "source(profile.size)"),
    ("kind", "kind(profile.size)"),
    ("age", "age(profile.size)"),
    ("as_of", "as_of(profile.size)"),
    ("years_since", "years_since(profile.birth_date)"),
    ("since", "since(events(\"Order Completed\").last())"),
    ("until", "until(profile.renewal_date)"),
    ("ago", "ago(\"90d\")"),
    ("now", "now()"),
    ("moment", "moment(\"2026-03-02\")"),
    ("size", "size(products)"),
    ("segment", "segment(\"vip\")"),
    ("tag", "tag(\"hiking\")"),
    ("trust", "trust(profile.city) >= 0.7"),
    ("interest", "interest(\"category:boots\") > 0.3"),
    ("score", "score(\"engagement\") >= 50"),
    ("stage", "stage() == \"comparison\""),
    ("aim", "aim() == \"gift\""),
    ("distance_km", "distance_km(profile.home, 48.39, -4.48)"),
];
