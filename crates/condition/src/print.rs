//! The canonical text of a condition: one spelling for each tree, so that two conditions can be compared by eye.

use std::fmt::Write;

use crate::{
    check::TAG,
    moment::{print_moment, print_span},
    needs::PropertyPath,
    tree::{
        Aggregate, Arithmetic, Gauge, Listing, Node, Pattern, Provenance, Quantified, Quantifier, Query, Step, TextTest,
    },
};

pub(crate) fn print(root: &Node, listing: &Listing) -> String {
    let mut printer = Printer { out: String::new(), listing, variables: 0 };
    printer.node(root, Level::Choice);
    printer.out
}

pub(crate) fn print_pattern(pattern: &Pattern, listing: &Listing) -> String {
    let mut printer = Printer { out: String::new(), listing, variables: 0 };
    printer.pattern(pattern);
    printer.out
}

/// How tightly an expression binds; a looser one stands in brackets.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Level {
    Choice,
    Or,
    And,
    Relation,
    Sum,
    Product,
    Sign,
    Member,
}

fn level(node: &Node) -> Level {
    match node {
        Node::If(_) => Level::Choice,
        Node::Or(_) => Level::Or,
        Node::And(_) => Level::And,
        Node::Compare(..) | Node::InTexts(..) | Node::InNumbers(..) | Node::InList(_) => Level::Relation,
        Node::Arithmetic(Arithmetic::Add | Arithmetic::Subtract, _) => Level::Sum,
        Node::Arithmetic(..) => Level::Product,
        Node::Not(_) | Node::Negate(_) => Level::Sign,
        _ => Level::Member,
    }
}

struct Printer<'a> {
    out: String,
    listing: &'a Listing,
    /// Quantifiers around.
    variables: usize,
}

impl Printer<'_> {
    fn node(&mut self, node: &Node, at_least: Level) {
        let brackets = level(node) < at_least;
        self.word(if brackets { "(" } else { "" });
        self.bare(node);
        self.word(if brackets { ")" } else { "" });
    }

    fn bare(&mut self, node: &Node) {
        match node {
            Node::Bool(value) => self.word(if *value { "true" } else { "false" }),
            Node::Number(number) => self.show(number),
            Node::Text(text) => self.text(text),
            Node::Moment(ms) => self.call("moment", |p| p.text(&print_moment(*ms))),
            Node::Span(ms) => self.text(&print_span(*ms)),
            Node::Trait(name) => {
                self.word("profile.");
                self.name(name.as_str());
            }
            Node::Provenance(what, name) => self.call(provenance(*what), |p| p.bare(&Node::Trait(name.clone()))),
            Node::Property(path) => self.property(path),
            Node::Variable(variable) => {
                let at = self.variables - 1 - variable.outward;
                self.show(&format_args!("it{at}"));
                self.dotted(&variable.path);
            }
            Node::Request(at) => {
                let names: Vec<_> = self.listing.requests[*at].split('.').map(Into::into).collect();
                self.word("request");
                self.dotted(&names);
            }
            Node::Segment(at) => {
                let name = self.listing.segments[*at].clone();
                match name.as_str().strip_prefix(TAG) {
                    Some(tag) => self.call("tag", |p| p.text(tag)),
                    None => self.call("segment", |p| p.text(name.as_str())),
                }
            }
            Node::Gauge(gauge) => self.gauge(gauge),
            Node::Reading(model) => self.call(model.word(), |_| {}),
            Node::Has(inner) => self.call("has", |p| p.bare(inner)),
            Node::Not(inner) => self.signed("!", inner),
            Node::Negate(inner) => self.signed("-", inner),
            Node::And(terms) => self.joined(terms, " && ", Level::Relation, Self::node),
            Node::Or(terms) => self.joined(terms, " || ", Level::And, Self::node),
            Node::If(parts) => self.choice(parts),
            Node::Compare(op, sides) => self.infix(sides, op.sign(), [Level::Sum, Level::Sum]),
            Node::InList(sides) => self.infix(sides, "in", [Level::Sum, Level::Sum]),
            Node::InTexts(item, texts) => self.one_of(item, texts, |p, text| p.text(text)),
            Node::InNumbers(item, numbers) => self.one_of(item, numbers, |p, number| p.show(number)),
            Node::TextTest(test, sides) => {
                self.node(&sides[0], Level::Member);
                self.call(text_test(*test), |p| p.node(&sides[1], Level::Choice));
            }
            Node::Quantified(quantifier, inner) => self.quantified(*quantifier, inner),
            Node::Arithmetic(op, sides) => {
                let (sign, left, right) = arithmetic(*op);
                self.infix(sides, sign, [left, right]);
            }
            Node::Lower(inner) => {
                self.node(inner, Level::Member);
                self.word(".lower()");
            }
            Node::Size(inner) => self.call("size", |p| p.node(inner, Level::Choice)),
            Node::YearsSince(inner) => self.call("years_since", |p| p.node(inner, Level::Choice)),
            Node::Since(inner) => self.call("since", |p| p.node(inner, Level::Choice)),
            Node::Until(inner) => self.call("until", |p| p.node(inner, Level::Choice)),
            Node::Ago(0) => self.word("now()"),
            Node::Ago(ms) => self.call("ago", |p| p.text(&print_span(*ms))),
            Node::DistanceKm(distance) => self.call("distance_km", |p| {
                p.node(&distance.place, Level::Choice);
                p.show(&format_args!(", {}, {}", distance.lat, distance.lon));
            }),
            Node::Aggregate(aggregate, query) => self.aggregate(aggregate, query),
        }
    }

    fn gauge(&mut self, gauge: &Gauge) {
        match gauge {
            Gauge::Trust(name) => self.call("trust", |p| p.bare(&Node::Trait(name.clone()))),
            Gauge::Interest(topic) => self.call("interest", |p| p.text(topic)),
            Gauge::Score(name) => self.call("score", |p| p.text(name.as_str())),
        }
    }

    fn choice(&mut self, parts: &[Node; 3]) {
        self.node(&parts[0], Level::Or);
        self.word(" ? ");
        self.node(&parts[1], Level::Or);
        self.word(" : ");
        self.node(&parts[2], Level::Choice);
    }

    fn signed(&mut self, sign: &str, inner: &Node) {
        self.word(sign);
        self.node(inner, Level::Member);
    }

    fn one_of<T>(&mut self, item: &Node, literals: &[T], print: impl Fn(&mut Self, &T)) {
        self.node(item, Level::Sum);
        self.word(" in [");
        self.joined(literals, ", ", Level::Choice, |p, literal, _| print(p, literal));
        self.word("]");
    }

    fn quantified(&mut self, quantifier: Quantifier, inner: &Quantified) {
        self.node(&inner.list, Level::Member);
        let name = match quantifier {
            Quantifier::Exists => ".exists",
            Quantifier::All => ".all",
        };
        self.call(name, |p| {
            let at = p.variables;
            p.show(&format_args!("it{at}, "));
            p.variables += 1;
            p.node(&inner.test, Level::Choice);
            p.variables -= 1;
        });
    }

    fn aggregate(&mut self, aggregate: &Aggregate, query: &Query) {
        self.pattern(&query.of);
        for step in &query.steps {
            let (name, by, limit_ms) = match step {
                Step::Followed { by, limit_ms, .. } => (".followed_by", by, limit_ms),
                Step::NotFollowed { by, limit_ms } => (".not_followed_by", by, limit_ms),
            };
            self.call(name, |p| {
                p.pattern(by);
                if let Some(ms) = limit_ms {
                    p.word(", ");
                    p.text(&print_span(*ms));
                }
            });
            if let Step::Followed { without, .. } = step {
                without.iter().for_each(|pattern| self.call(".without", |p| p.pattern(pattern)));
            }
        }
        let (name, path) = match aggregate {
            Aggregate::Count => (".count", None),
            Aggregate::Days => (".days", None),
            Aggregate::Distinct(path) => (".distinct", Some(path)),
            Aggregate::Sum(path) => (".sum", Some(path)),
            Aggregate::Max(path) => (".max", Some(path)),
            Aggregate::Min(path) => (".min", Some(path)),
            Aggregate::Average(path) => (".average", Some(path)),
            Aggregate::First(path) => (".first", path.as_ref()),
            Aggregate::Last(path) => (".last", path.as_ref()),
        };
        self.call(name, |p| {
            if let Some(path) = path {
                p.property(path);
            }
        });
    }

    fn pattern(&mut self, pattern: &Pattern) {
        let name = self.listing.events[pattern.event].clone();
        self.call("events", |p| p.text(&name));
        if let Some(ms) = pattern.within_ms {
            self.call(".within", |p| p.text(&print_span(ms)));
        }
        if let Some(ms) = pattern.older_than_ms {
            self.call(".older_than", |p| p.text(&print_span(ms)));
        }
        if let Some(ms) = pattern.since_ms {
            self.call(".since", |p| p.text(&print_moment(ms)));
        }
        if let Some(ms) = pattern.before_ms {
            self.call(".before", |p| p.text(&print_moment(ms)));
        }
        if let Some(filter) = &pattern.filter {
            // Variables of outside are out of reach here; inside, they are counted anew.
            let outside = std::mem::take(&mut self.variables);
            self.call(".where", |p| p.node(filter, Level::Choice));
            self.variables = outside;
        }
    }

    fn property(&mut self, path: &PropertyPath) {
        let [first, rest @ ..] = path.names() else { return };
        if is_plain(first) && !is_taken(first) {
            self.word(first);
        } else {
            self.word("event.");
            self.name(first);
        }
        self.dotted(rest);
    }

    fn dotted(&mut self, names: &[std::sync::Arc<str>]) {
        for name in names {
            self.word(".");
            self.name(name);
        }
    }

    /// A name behind a dot.
    fn name(&mut self, name: &str) {
        if is_plain(name) && !KEYWORDS.contains(&name) {
            self.word(name);
        } else {
            self.show(&format_args!("`{name}`"));
        }
    }

    fn text(&mut self, text: &str) {
        self.word("\"");
        for char in text.chars() {
            match char {
                '"' | '\\' => self.show(&format_args!("\\{char}")),
                '\n' => self.word("\\n"),
                '\r' => self.word("\\r"),
                '\t' => self.word("\\t"),
                _ if char.is_control() => self.show(&format_args!("\\u{:04x}", u32::from(char))),
                _ => self.out.push(char),
            }
        }
        self.word("\"");
    }

    fn infix(&mut self, sides: &[Node; 2], sign: &str, levels: [Level; 2]) {
        self.node(&sides[0], levels[0]);
        self.show(&format_args!(" {sign} "));
        self.node(&sides[1], levels[1]);
    }

    fn joined<T>(&mut self, parts: &[T], between: &str, level: Level, print: impl Fn(&mut Self, &T, Level)) {
        for (at, part) in parts.iter().enumerate() {
            self.word(if at > 0 { between } else { "" });
            print(self, part, level);
        }
    }

    fn call(&mut self, name: &str, arguments: impl FnOnce(&mut Self)) {
        self.word(name);
        self.word("(");
        arguments(self);
        self.word(")");
    }

    fn word(&mut self, word: &str) {
        self.out.push_str(word);
    }

    fn show(&mut self, value: &dyn std::fmt::Display) {
        write!(self.out, "{value}").expect("a String takes everything");
    }
}

const fn provenance(what: Provenance) -> &'static str {
    match what {
        Provenance::Source => "source",
        Provenance::Kind => "kind",
        Provenance::Age => "age",
        Provenance::AsOf => "as_of",
    }
}

const fn text_test(test: TextTest) -> &'static str {
    match test {
        TextTest::Starts => ".startsWith",
        TextTest::Ends => ".endsWith",
        TextTest::Contains => ".contains",
    }
}

const fn arithmetic(op: Arithmetic) -> (&'static str, Level, Level) {
    match op {
        Arithmetic::Add => ("+", Level::Sum, Level::Product),
        Arithmetic::Subtract => ("-", Level::Sum, Level::Product),
        Arithmetic::Multiply => ("*", Level::Product, Level::Sign),
        Arithmetic::Divide => ("/", Level::Product, Level::Sign),
        Arithmetic::Remainder => ("%", Level::Product, Level::Sign),
    }
}

/// Words that CEL's grammar keeps.
const KEYWORDS: &[&str] = &["in", "true", "false", "null"];
/// Words that CEL does not allow as the first name of a path.
const RESERVED: &[&str] = &[
    "as",
    "break",
    "const",
    "continue",
    "else",
    "for",
    "function",
    "if",
    "import",
    "let",
    "loop",
    "package",
    "namespace",
    "return",
    "var",
    "void",
    "while",
];

fn is_plain(name: &str) -> bool {
    let mut bytes = name.bytes();
    bytes.next().is_some_and(|byte| byte.is_ascii_alphabetic() || byte == b'_')
        && bytes.all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

/// Whether a first name would be read as something else than a property: also `it0`, which this printer gives away.
fn is_taken(name: &str) -> bool {
    KEYWORDS.contains(&name)
        || RESERVED.contains(&name)
        || matches!(name, "profile" | "request" | "event")
        || name.strip_prefix("it").is_some_and(|rest| !rest.is_empty() && rest.bytes().all(|b| b.is_ascii_digit()))
}
