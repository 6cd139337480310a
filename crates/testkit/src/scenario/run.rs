//! Plays a story on a stage and says, line by line, what came out differently.

use std::{
    collections::BTreeMap,
    fmt::{self, Write as _},
};

use model::time::Timestamp;
use serde_json::Value;

use super::{
    parse::Mistake,
    stage::{End, Fault, Seen, Sent, Stage},
    story::{Action, Actor, Address, Expectation, Said, SaidKind, Step, Story, Whom},
};

/// One line of a story that did not hold.
#[derive(Debug, Clone, PartialEq)]
pub struct Failure {
    /// The story's file.
    pub story: String,
    /// The line's number, from 1.
    pub line: usize,
    /// The line as written.
    pub text: String,
    /// What came out differently.
    pub problem: Problem,
}

/// What came out differently.
#[derive(Debug, Clone, PartialEq)]
pub enum Problem {
    /// The line could not be played; the story ends here.
    Fault(String),
    /// The line was played and something else is so.
    Differs {
        /// What the line expects.
        expected: String,
        /// What is so.
        found: String,
        /// All that is known of the person, for the reader.
        seen: Option<Seen>,
    },
}

/// Plays a story. Returns every expectation that does not hold; a fault ends the story and is the last entry.
pub fn run(story: &Story, stage: &mut dyn Stage) -> Vec<Failure> {
    let mut run = Run { stage, now: story.start, accounts: BTreeMap::new(), latest: BTreeMap::new() };
    let mut failures = Vec::new();
    for step in &story.steps {
        let fail = |problem| Failure { story: story.name.clone(), line: step.line, text: step.text.clone(), problem };
        match run.play(step) {
            Ok(None) => {}
            Ok(Some(difference)) => failures.push(fail(difference)),
            Err(Fault(why)) => {
                failures.push(fail(Problem::Fault(why)));
                break;
            }
        }
    }
    failures
}

impl Failure {
    /// The failure of a text that is no story.
    pub fn mistake(story: &str, mistake: &Mistake) -> Self {
        let problem = Problem::Fault(mistake.message.clone());
        Self { story: story.to_owned(), line: mistake.line, text: String::new(), problem }
    }

    /// The failure of a story whose stage panicked; what it said was printed by then.
    pub fn panicked(story: &str) -> Self {
        let problem = Problem::Fault("the stage panicked; see above".into());
        Self { story: story.to_owned(), line: 1, text: String::new(), problem }
    }
}

/// A story under way: its clock, and who is logged in where.
struct Run<'a> {
    stage: &'a mut dyn Stage,
    now: Timestamp,
    /// The account that each actor gave at their device; it rides on what they send from there afterwards.
    accounts: BTreeMap<Actor, String>,
    /// The account that each person gave last, anywhere.
    latest: BTreeMap<String, String>,
}

impl Run<'_> {
    fn play(&mut self, step: &Step) -> Result<Option<Problem>, Fault> {
        let ahead = step.at.since(self.now);
        if ahead.as_millis() > 0 {
            self.stage.advance(ahead)?;
            self.now = step.at;
        }
        match &step.action {
            Action::Send(actor, said) => {
                let event = self.event(actor, said, step.line);
                self.stage.send(&event)?;
            }
            Action::Consent(actor, choices) => {
                let address = self.speaker(actor);
                self.stage.consent(&address, choices)?;
            }
            Action::Segment { name, condition } => self.stage.define_segment(name, condition)?,
            Action::Unmerge(whom) => self.stage.unmerge(&self.address(whom))?,
            Action::Erase(whom) => self.stage.erase(&self.address(whom))?,
            Action::Crash => self.stage.end(End::Crash)?,
            Action::Restart => self.stage.end(End::Stop)?,
            Action::Expect(whom, expected) => return self.expect(whom, expected),
            Action::ExpectSize { segment, size } => return self.expect_size(segment, *size),
        }
        Ok(None)
    }

    /// The event as the client would send it: after an identify both ids ride on everything.
    fn event(&mut self, actor: &Actor, said: &Said, line: usize) -> Sent {
        let mut fields = said.fields.clone();
        let takes_ids = matches!(said.kind, SaidKind::Identify | SaidKind::Alias);
        if let Some(account) = takes_ids.then(|| fields.remove("user_id")).flatten().as_ref().map(text) {
            self.accounts.insert(actor.clone(), account.clone());
            self.latest.insert(actor.person.clone(), account);
        }
        let previous_id = fields.remove("previous").filter(|_| said.kind == SaidKind::Alias).as_ref().map(text);
        let own = || actor.device.is_none().then(|| self.account(&actor.person));
        Sent {
            kind: said.kind.clone(),
            message_id: said.message_id.clone().unwrap_or_else(|| format!("line-{line}")),
            timestamp: self.now.minus(said.ago),
            sent_at: self.now,
            anonymous_id: actor.device.clone(),
            user_id: self.accounts.get(actor).cloned().or_else(own),
            previous_id,
            identifiers: said.identifiers.clone(),
            fields,
        }
    }

    fn account(&self, person: &str) -> String {
        self.latest.get(person).cloned().unwrap_or_else(|| person.to_owned())
    }

    /// Under which identifier an actor chooses: the account where one is logged in, else the device.
    fn speaker(&self, actor: &Actor) -> Address {
        match (self.accounts.get(actor), &actor.device) {
            (None, Some(device)) => address("anonymous_id", device),
            (Some(account), _) => address("user_id", account),
            (None, None) => address("user_id", &self.account(&actor.person)),
        }
    }

    fn address(&self, whom: &Whom) -> Address {
        match whom {
            Whom::Person(person) => address("user_id", &self.account(person)),
            Whom::Device(device) => address("anonymous_id", device),
            Whom::Identifier(identifier) => identifier.clone(),
        }
    }

    fn expect(&mut self, whom: &Whom, expected: &Expectation) -> Result<Option<Problem>, Fault> {
        let address = self.address(whom);
        let seen = self.stage.look(&address)?;
        let other = match expected {
            Expectation::Same(other) | Expectation::Other(other) => self.stage.look(&self.address(other))?,
            _ => None,
        };
        Ok(difference(expected, seen.as_ref(), other.as_ref()).map(|(expected, found)| Problem::Differs {
            expected,
            found,
            seen,
        }))
    }

    fn expect_size(&mut self, segment: &str, expected: u64) -> Result<Option<Problem>, Fault> {
        let size = self.stage.segment_size(segment)?;
        if size.complete && size.members == expected {
            return Ok(None);
        }
        let state = if size.complete { "complete" } else { "incomplete" };
        let (expected, found) = (format!("{expected} members, complete"), format!("{} members, {state}", size.members));
        Ok(Some(Problem::Differs { expected, found, seen: None }))
    }
}

/// What is expected and what is so instead; `None` if the expectation holds.
fn difference(expected: &Expectation, seen: Option<&Seen>, other: Option<&Seen>) -> Option<(String, String)> {
    let Some(seen) = seen else {
        return (*expected != Expectation::Unknown).then(|| ("a profile".into(), "nobody is known by that".into()));
    };
    let list = |names: Vec<&String>| if names.is_empty() { "none".into() } else { format!("{names:?}") };
    let (holds, expected, found) = match expected {
        Expectation::InSegment(name) => {
            (seen.segments.contains(name), format!("in segment {name}"), list(seen.segments.iter().collect()))
        }
        Expectation::NotInSegment(name) => {
            (!seen.segments.contains(name), format!("not in segment {name}"), list(seen.segments.iter().collect()))
        }
        Expectation::Trait(name, value) => {
            let found = seen.traits.get(name);
            let shown = found.map_or("no such trait".into(), |found| format!("{name} = {found}"));
            (found.is_some_and(|found| same(found, value)), format!("{name} = {value}"), shown)
        }
        Expectation::NoTrait(name) => {
            let found = seen.traits.get(name);
            (found.is_none(), format!("no trait {name}"), found.map_or_else(String::new, |v| format!("{name} = {v}")))
        }
        Expectation::Consent(purpose) => {
            (seen.granted.contains(purpose), format!("{purpose} granted"), list(seen.granted.iter().collect()))
        }
        Expectation::NoConsent(purpose) => {
            (!seen.granted.contains(purpose), format!("{purpose} not granted"), list(seen.granted.iter().collect()))
        }
        Expectation::Events(count, name) => {
            let found = seen.events.iter().filter(|event| name.as_ref().is_none_or(|name| name == *event)).count();
            (found == *count, format!("{count} events"), format!("{found} events"))
        }
        Expectation::Same(_) | Expectation::Other(_) => {
            let wants_same = matches!(expected, Expectation::Same(_));
            let is_same = other.is_some_and(|other| other.id == seen.id);
            let expected = if wants_same { "one profile" } else { "two profiles" };
            let other = other.map_or("nobody", |other| &other.id);
            (wants_same == is_same && other != "nobody", expected.into(), format!("{} and {other}", seen.id))
        }
        Expectation::Unknown => (false, "nobody is known by that".into(), "a profile".into()),
    };
    (!holds).then_some((expected, found))
}

/// Equality with numbers compared by value: `129` is `129.00`.
fn same(a: &Value, b: &Value) -> bool {
    match (a.as_f64(), b.as_f64()) {
        (Some(a), Some(b)) => a == b,
        _ => a == b,
    }
}

fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn address(namespace: &str, value: &str) -> Address {
    Address { namespace: namespace.to_owned(), value: value.to_owned() }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}:{}", self.story, self.line)?;
        if !self.text.is_empty() {
            writeln!(f, "      {}", self.text)?;
        }
        match &self.problem {
            Problem::Fault(why) => writeln!(f, "  ! {why}"),
            Problem::Differs { expected, found, seen } => {
                writeln!(f, "  - {expected}\n  + {found}")?;
                seen.as_ref().map_or(Ok(()), |seen| write!(f, "{}", portrait(seen)))
            }
        }
    }
}

fn portrait(seen: &Seen) -> String {
    let mut text = format!("    {}\n", seen.id);
    let traits: Vec<String> = seen.traits.iter().map(|(name, value)| format!("{name}={value}")).collect();
    let sets = [("segments", &seen.segments), ("granted ", &seen.granted)];
    _ = writeln!(text, "      traits   {}", traits.join(" "));
    for (label, names) in sets {
        _ = writeln!(text, "      {label} {}", names.iter().map(String::as_str).collect::<Vec<_>>().join(" "));
    }
    _ = writeln!(text, "      events   {} (newest first)", seen.events.join(", "));
    text
}

#[cfg(test)]
mod tests {
    use model::time::Span;
    use serde_json::json;

    use super::*;
    use crate::scenario::{parse, stage::Size};

    /// A stage that notes what it is asked and shows a person made of it: enough to test the runner, no product.
    #[derive(Default)]
    struct Notes {
        sent: Vec<Sent>,
        said: Vec<String>,
    }

    impl Notes {
        fn note(&mut self, what: String) -> Result<(), Fault> {
            self.said.push(what);
            Ok(())
        }
    }

    impl Stage for Notes {
        fn advance(&mut self, span: Span) -> Result<(), Fault> {
            self.note(format!("advance {}", span.as_millis()))
        }
        fn send(&mut self, event: &Sent) -> Result<(), Fault> {
            self.sent.push(event.clone());
            Ok(())
        }
        fn consent(&mut self, who: &Address, choices: &[(String, bool)]) -> Result<(), Fault> {
            self.note(format!("consent {}:{} {choices:?}", who.namespace, who.value))
        }
        fn define_segment(&mut self, name: &str, _: &str) -> Result<(), Fault> {
            if name == "broken" { Err(Fault("400: no such function".into())) } else { Ok(()) }
        }
        fn unmerge(&mut self, who: &Address) -> Result<(), Fault> {
            self.note(format!("unmerge {}", who.value))
        }
        fn erase(&mut self, who: &Address) -> Result<(), Fault> {
            self.note(format!("erase {}", who.value))
        }
        fn end(&mut self, how: End) -> Result<(), Fault> {
            self.note(format!("{how:?}"))
        }
        fn look(&mut self, who: &Address) -> Result<Option<Seen>, Fault> {
            let traits = [("size".to_owned(), json!(39))].into();
            let events = self.sent.iter().map(|event| format!("{:?}", event.kind)).collect();
            let seen = Seen { id: format!("prf_{}", who.value), traits, events, ..Seen::default() };
            Ok((who.value != "nobody").then_some(seen))
        }
        fn segment_size(&mut self, _: &str) -> Result<Size, Fault> {
            Ok(Size { members: 2, complete: false })
        }
    }

    fn play(text: &str) -> (Notes, Vec<String>) {
        let mut notes = Notes::default();
        let story = parse::story("s.txt", &format!("at 2026-03-02 10:00\n{text}")).unwrap();
        let failures = run(&story, &mut notes).iter().map(Failure::to_string).collect();
        (notes, failures)
    }

    #[test]
    fn after_an_identify_both_ids_ride_on_what_that_person_sends_from_that_device() {
        let (notes, failures) = play(
            "ana@tablet page\nana@tablet identify user_id=a1 size=39\nana@tablet page\nben@tablet page\nana page\nana@tablet consents site",
        );
        assert_eq!(failures, Vec::<String>::new());
        let ids: Vec<_> = notes.sent.iter().map(|e| (e.anonymous_id.as_deref(), e.user_id.as_deref())).collect();
        let tablet = Some("tablet");
        assert_eq!(
            ids,
            [(tablet, None), (tablet, Some("a1")), (tablet, Some("a1")), (tablet, None), (None, Some("a1"))]
        );
        assert_eq!(Value::from(notes.sent[1].fields.clone()), json!({"size": 39}));
        assert_eq!(notes.said, [r#"consent user_id:a1 [("site", true)]"#]);
    }

    #[test]
    fn the_clock_moves_before_the_line_and_a_late_event_keeps_its_own_time() {
        let (notes, _) = play("at +1h\nana@p track \"A\" ago:10m\ncrash, restart");
        assert_eq!(notes.said, ["advance 3600000", "Crash"]);
        assert_eq!(notes.sent[0].sent_at.since(notes.sent[0].timestamp), Span::MINUTE.times(10));
    }

    #[test]
    fn what_does_not_hold_is_shown_with_the_line_and_the_person() {
        let (_, failures) =
            play("ana@p page\nexpect ana trait size=39.0\nexpect ana trait size=40\nexpect ana events 2");
        assert_eq!(failures.len(), 2, "39 is 39.0, and the story goes on after a difference");
        let expected = "s.txt:4\n      expect ana trait size=40\n  - size = 40\n  + size = 39\n    prf_ana\n";
        assert!(failures[0].starts_with(expected), "{}", failures[0]);
        assert!(failures[0].contains("traits   size=39"), "{}", failures[0]);
    }

    #[test]
    fn absence_is_told_from_difference() {
        let (_, failures) =
            play("expect nobody unknown\nexpect nobody segment vip\nexpect ana unknown\nexpect ana no segment vip");
        assert_eq!(failures.len(), 2, "{failures:?}");
        let (_, failures) =
            play("expect ana is ana\nexpect ana is not ben\nexpect ana is ben\nexpect ana is not nobody");
        assert_eq!(failures.len(), 2, "nobody is not another profile: {failures:?}");
    }

    #[test]
    fn an_incomplete_size_is_no_size_and_a_fault_ends_the_story() {
        let (_, failures) = play("expect segment vip size 2\nsegment broken when x\nexpect ana unknown");
        assert!(failures[0].contains("+ 2 members, incomplete"), "{failures:?}");
        assert!(failures[1].contains("! 400: no such function"), "{failures:?}");
        assert_eq!(failures.len(), 2);
    }
}
