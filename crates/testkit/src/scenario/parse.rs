//! Text to story, with mistakes that name the line.

use std::fmt;

use model::time::{Span, Timestamp};
use serde_json::{Map, Value};

use super::story::{Action, Actor, Address, Expectation, Said, SaidKind, Step, Story, Whom};
use crate::moment;

/// Why a text is no story.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mistake {
    /// The line's number, from 1.
    pub line: usize,
    /// What is wrong, and what would be right.
    pub message: String,
}

impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: {}", self.line, self.message)
    }
}

/// Reads a story; `name` is the file, for messages.
pub fn story(name: &str, text: &str) -> Result<Story, Mistake> {
    let (mut clock, mut start) = (None, None);
    let mut steps = Vec::new();
    for (index, line) in text.lines().enumerate() {
        let line_number = index + 1;
        let mistake = |message: String| Mistake { line: line_number, message };
        let words = words(line).map_err(mistake)?;
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        let (now, rest) = time(clock, &words).map_err(mistake)?;
        clock = now;
        start = start.or(now);
        if rest.is_empty() {
            continue;
        }
        let at = now.ok_or_else(|| mistake("a story begins with a moment: at 2026-03-02 10:00".into()))?;
        let action = action(line, rest).map_err(mistake)?;
        steps.push(Step { line: line_number, text: line.trim().to_owned(), at, action });
    }
    let start = start.ok_or(Mistake { line: 1, message: "an empty story".into() })?;
    Ok(Story { name: name.to_owned(), start, steps })
}

/// Takes a leading `at …` and returns the clock after it, with what follows on the line.
fn time<'a>(clock: Option<Timestamp>, words: &'a [&'a str]) -> Result<(Option<Timestamp>, &'a [&'a str]), String> {
    let (now, rest) = match words {
        ["at", ahead, rest @ ..] if ahead.starts_with('+') => {
            let span = moment::parse_span(&ahead[1..]).ok_or(format!("no span: {ahead}; write +4h, +1d12h, +5m"))?;
            let from = clock.ok_or("the first moment is a date: at 2026-03-02 10:00")?;
            (from.plus(span), rest)
        }
        ["at", date, time, rest @ ..] => {
            let now = moment::parse(date, time).ok_or(format!("no moment: {date} {time}; write 2026-03-02 10:00"))?;
            (now, rest)
        }
        ["at", ..] => return Err("when? write at 2026-03-02 10:00 or at +4h".into()),
        _ => return Ok((clock, words)),
    };
    match clock {
        Some(clock) if now < clock => Err("time does not go back".into()),
        _ => Ok((Some(now), rest)),
    }
}

fn action(line: &str, words: &[&str]) -> Result<Action, String> {
    match words {
        ["crash,", "restart"] => Ok(Action::Crash),
        ["restart"] => Ok(Action::Restart),
        ["segment", name, "when", _, ..] => {
            let (_, condition) = line.split_once(" when ").ok_or("write segment NAME when CONDITION")?;
            Ok(Action::Segment { name: (*name).to_owned(), condition: condition.trim().to_owned() })
        }
        ["unmerge", whom] => Ok(Action::Unmerge(self::whom(whom))),
        ["erase", whom] => Ok(Action::Erase(self::whom(whom))),
        ["expect", "segment", segment, "size", size] => {
            let size = size.parse().map_err(|_| format!("no number: {size}"))?;
            Ok(Action::ExpectSize { segment: (*segment).to_owned(), size })
        }
        ["expect", whom, expected @ ..] => Ok(Action::Expect(self::whom(whom), expectation(expected)?)),
        [who, verb, rest @ ..] => deed(who, verb, rest),
        _ => Err("no such step; see the head of testkit's scenario module".into()),
    }
}

fn deed(who: &str, verb: &str, rest: &[&str]) -> Result<Action, String> {
    let actor = match who.split_once('@') {
        Some((person, device)) => Actor { person: person.into(), device: Some(device.into()) },
        None => Actor { person: who.into(), device: None },
    };
    let (kind, fields) = match (verb, rest) {
        ("consents" | "refuses", []) => return Err(format!("{verb} to what? name the purposes")),
        ("consents" | "refuses", purposes) => {
            let granted = verb == "consents";
            return Ok(Action::Consent(actor, purposes.iter().map(|p| ((*p).to_owned(), granted)).collect()));
        }
        ("track", [name, rest @ ..]) if name.starts_with('"') => (SaidKind::Track(unquote(name)?), rest),
        ("track", _) => return Err("track what? write track \"Product Added\"".into()),
        ("page", [name, rest @ ..]) if name.starts_with('"') => (SaidKind::Page(Some(unquote(name)?)), rest),
        ("page", rest) => (SaidKind::Page(None), rest),
        ("identify", rest) => (SaidKind::Identify, rest),
        ("alias", rest) => (SaidKind::Alias, rest),
        _ => return Err(format!("nobody can {verb:?}; verbs are consents refuses track page identify alias")),
    };
    let said = said(kind, fields)?;
    if said.kind == SaidKind::Alias && !said.fields.contains_key("previous") {
        return Err("alias of what? write alias previous=OLD-ID".into());
    }
    Ok(Action::Send(actor, said))
}

/// Reads `name=value` (what the event says) and `name:value` (its envelope: `id`, `ago`, identifiers).
fn said(kind: SaidKind, words: &[&str]) -> Result<Said, String> {
    let mut said = Said { kind, fields: Map::new(), message_id: None, ago: Span::default(), identifiers: Vec::new() };
    for word in words {
        let split = word.find(['=', ':']).ok_or_else(|| format!("{word}: write name=value, id:m1 or ago:2d"))?;
        let (name, text) = (&word[..split], &word[split + 1..]);
        if name.is_empty() || text.is_empty() {
            return Err(format!("{word}: a name or a value is missing"));
        }
        if word[split..].starts_with('=') {
            said.fields.insert(name.to_owned(), value(text)?);
            continue;
        }
        match name {
            "id" => said.message_id = Some(text.to_owned()),
            "ago" => said.ago = moment::parse_span(text).ok_or(format!("no span: {text}"))?,
            namespace => said.identifiers.push(Address { namespace: namespace.into(), value: text.into() }),
        }
    }
    Ok(said)
}

fn expectation(words: &[&str]) -> Result<Expectation, String> {
    let owned = |word: &&str| (**word).to_owned();
    Ok(match words {
        ["segment", name] => Expectation::InSegment(owned(name)),
        ["no", "segment", name] => Expectation::NotInSegment(owned(name)),
        ["trait", pair] => {
            let (name, text) = pair.split_once('=').ok_or(format!("{pair}: write trait name=value"))?;
            Expectation::Trait(name.to_owned(), value(text)?)
        }
        ["no", "trait", name] => Expectation::NoTrait(owned(name)),
        ["consent", purpose] => Expectation::Consent(owned(purpose)),
        ["no", "consent", purpose] => Expectation::NoConsent(owned(purpose)),
        ["events", count] => Expectation::Events(number(count)?, None),
        ["events", count, "of", name] => Expectation::Events(number(count)?, Some(unquote(name)?)),
        ["is", "not", other] => Expectation::Other(whom(other)),
        ["is", other] => Expectation::Same(whom(other)),
        ["unknown"] => Expectation::Unknown,
        _ => return Err(format!("cannot expect {:?}; see the head of testkit's scenario module", words.join(" "))),
    })
}

fn whom(word: &str) -> Whom {
    match (word.split_once(':'), word.split_once('@')) {
        (Some((namespace, value)), _) => Whom::Identifier(Address { namespace: namespace.into(), value: value.into() }),
        (None, Some((_, device))) => Whom::Device(device.to_owned()),
        (None, None) => Whom::Person(word.to_owned()),
    }
}

fn number(word: &str) -> Result<usize, String> {
    word.parse().map_err(|_| format!("no number: {word}"))
}

fn unquote(word: &str) -> Result<String, String> {
    serde_json::from_str(word).map_err(|_| format!("{word}: write it in double quotes"))
}

/// JSON where it is JSON (`129.00`, `true`, `"two words"`, `[{"sku":"a"}]`), text elsewhere.
fn value(text: &str) -> Result<Value, String> {
    match serde_json::from_str(text) {
        Ok(value) => Ok(value),
        Err(error) if text.starts_with(['"', '[', '{']) => Err(format!("{text}: {error}")),
        Err(_) => Ok(Value::from(text)),
    }
}

/// Cuts a line at white space outside quotes and brackets, up to a comment.
fn words(line: &str) -> Result<Vec<String>, String> {
    let (mut words, mut word) = (Vec::new(), String::new());
    let (mut quoted, mut escaped, mut depth) = (false, false, 0u32);
    for c in line.chars() {
        match c {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            '[' | '{' | '(' if !quoted => depth += 1,
            ']' | '}' | ')' if !quoted => depth = depth.checked_sub(1).ok_or(format!("{c} closes nothing"))?,
            '#' if !quoted && word.is_empty() => break,
            _ => {}
        }
        if c.is_whitespace() && !quoted && depth == 0 {
            words.extend((!word.is_empty()).then(|| std::mem::take(&mut word)));
        } else {
            word.push(c);
        }
    }
    if quoted || depth > 0 {
        return Err(if quoted { "a quote is not closed".into() } else { "a bracket is not closed".into() });
    }
    words.extend((!word.is_empty()).then_some(word));
    Ok(words)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn only(text: &str) -> Action {
        let story = story("test", &format!("at 2026-03-02 10:00\n{text}")).unwrap();
        story.steps.into_iter().next().unwrap().action
    }

    fn wrong(text: &str) -> String {
        story("test", text).unwrap_err().to_string()
    }

    #[test]
    fn an_event_has_fields_and_an_envelope() {
        let line =
            r#"ana@phone track "Product Added" item=boot-42 price=129.00 tags=["a b"] id:m1 ago:2d card:K1 # bought"#;
        let Action::Send(actor, said) = only(line) else { panic!("no event") };
        assert_eq!(actor, Actor { person: "ana".into(), device: Some("phone".into()) });
        assert_eq!(said.kind, SaidKind::Track("Product Added".into()));
        assert_eq!(Value::from(said.fields), json!({"item": "boot-42", "price": 129.0, "tags": ["a b"]}));
        assert_eq!((said.message_id.as_deref(), said.ago), (Some("m1"), Span::DAY.times(2)));
        assert_eq!(said.identifiers, [Address { namespace: "card".into(), value: "K1".into() }]);
    }

    #[test]
    fn time_goes_on_from_line_to_line() {
        let story = story("test", "at 2026-03-02 10:00\nat +4h  crash, restart\nat +1s\n restart").unwrap();
        let after: Vec<i64> = story.steps.iter().map(|step| step.at.since(story.start).as_millis()).collect();
        assert_eq!(after, [4 * 3_600_000, 4 * 3_600_000 + 1_000]);
        assert_eq!((story.steps[0].line, story.steps[1].line), (2, 4));
    }

    #[test]
    fn a_condition_is_taken_as_it_stands() {
        let condition = r##"events("Order Completed").within("180d").count() == 0 && profile.note != "#1""##;
        let expected = Action::Segment { name: "lapsed".into(), condition: condition.into() };
        assert_eq!(only(&format!("  segment lapsed when {condition}")), expected);
    }

    #[test]
    fn expectations_read_as_they_are_written() {
        let ana = || Whom::Person("ana".into());
        let expect = |what| Action::Expect(ana(), what);
        assert_eq!(only("expect ana segment vip"), expect(Expectation::InSegment("vip".into())));
        assert_eq!(only("expect ana no consent email"), expect(Expectation::NoConsent("email".into())));
        assert_eq!(only("expect ana trait size=39"), expect(Expectation::Trait("size".into(), json!(39))));
        assert_eq!(only("expect ana events 2 of \"page\""), expect(Expectation::Events(2, Some("page".into()))));
        assert_eq!(only("expect ana is not ben@pc"), expect(Expectation::Other(Whom::Device("pc".into()))));
        assert_eq!(only("expect segment vip size 3"), Action::ExpectSize { segment: "vip".into(), size: 3 });
    }

    #[test]
    fn a_mistake_names_its_line() {
        assert_eq!(wrong("crash, restart"), "line 1: a story begins with a moment: at 2026-03-02 10:00");
        assert_eq!(
            wrong("at 2026-03-02 10:00\n\nana@phone sings"),
            "line 3: nobody can \"sings\"; verbs are consents refuses track page identify alias"
        );
        assert_eq!(wrong("at 2026-03-02 10:00\nat 2026-03-01 10:00"), "line 2: time does not go back");
        assert_eq!(wrong("at 2026-03-02 10:00\nana@p track \"A"), "line 2: a quote is not closed");
        assert!(wrong("at +4h").starts_with("line 1: the first moment is a date"));
        assert!(wrong("at 2026-03-02 10:00\nexpect ana rich").starts_with("line 2: cannot expect \"rich\""));
        assert!(wrong("at 2026-03-02 10:00\nana alias user_id=b").starts_with("line 2: alias of what?"));
        assert!(wrong("at 2026-03-02 10:00\nana track \"A\" x=[1").starts_with("line 2: a bracket"));
        assert_eq!(wrong("# nothing"), "line 1: an empty story");
    }
}
