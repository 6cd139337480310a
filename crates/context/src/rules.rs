//! The rules of uap-core: which browser and which system a user agent names.

use std::borrow::Cow;

use ua_parser::{Error, Extractor, Regexes, device, os, user_agent};

const RULES: &str = include_str!("../data/uap-core.yaml");

/// Compiles the rules: about 0.1 s and 11 MB in a release build.
///
/// Of the rules for devices only those that find crawlers: the other 617 name brands, which nobody asks for, and would
/// double both figures. Whether it is a phone they do not say anyway (see `agent`).
pub(crate) fn compile() -> Result<Extractor<'static>, Error> {
    let mut regexes = Regexes { user_agent_parsers: Vec::new(), os_parsers: Vec::new(), device_parsers: Vec::new() };
    for rule in rules(RULES) {
        match rule.list {
            "user_agent_parsers" => regexes.user_agent_parsers.push(user_agent::Parser {
                family_replacement: rule.get("family_replacement"),
                v1_replacement: rule.get("v1_replacement"),
                v2_replacement: rule.get("v2_replacement"),
                regex: rule.regex,
                ..user_agent::Parser::default()
            }),
            "os_parsers" => regexes.os_parsers.push(os::Parser {
                os_replacement: rule.get("os_replacement"),
                os_v1_replacement: rule.get("os_v1_replacement"),
                os_v2_replacement: rule.get("os_v2_replacement"),
                regex: rule.regex,
                ..os::Parser::default()
            }),
            _ if rule.get("brand_replacement").as_deref() == Some(SPIDER) => {
                regexes.device_parsers.push(device::Parser {
                    regex_flag: rule.get("regex_flag").map(|_| device::Flag::IgnoreCase),
                    device_replacement: rule.get("device_replacement"),
                    brand_replacement: rule.get("brand_replacement"),
                    model_replacement: rule.get("model_replacement"),
                    regex: rule.regex,
                });
            }
            _ => {}
        }
    }
    regexes.try_into()
}

/// The brand under which uap-core puts crawlers.
const SPIDER: &str = "Spider";

/// One entry of one of the lists.
#[derive(Debug)]
struct Rule {
    list: &'static str,
    regex: Cow<'static, str>,
    replacements: Vec<(&'static str, Cow<'static, str>)>,
}

impl Rule {
    fn get(&self, key: &str) -> Option<Cow<'static, str>> {
        self.replacements.iter().find(|(name, _)| *name == key).map(|(_, value)| value.clone())
    }
}

/// Reads the part of YAML that the file is written in: lists of maps with one quoted text a line. A line of another
/// shape is passed over; a test reads the committed file and finds none.
fn rules(yaml: &'static str) -> Vec<Rule> {
    let (mut list, mut rules) = ("", Vec::<Rule>::new());
    for line in yaml.lines() {
        match Line::of(line) {
            Line::List(name) => list = name,
            Line::Rule(regex) => rules.push(Rule { list, regex, replacements: Vec::new() }),
            Line::Replacement(key, value) => {
                if let Some(rule) = rules.last_mut() {
                    rule.replacements.push((key, value));
                }
            }
            Line::Empty | Line::Unknown => {}
        }
    }
    rules
}

enum Line {
    List(&'static str),
    Rule(Cow<'static, str>),
    Replacement(&'static str, Cow<'static, str>),
    Empty,
    Unknown,
}

impl Line {
    fn of(line: &'static str) -> Self {
        let content = line.trim();
        if content.is_empty() || content.starts_with('#') {
            return Self::Empty;
        }
        if let (false, Some(name)) = (line.starts_with(' '), content.strip_suffix(':')) {
            return Self::List(name);
        }
        let Some((key, value)) = content.split_once(": ") else { return Self::Unknown };
        let Some(value) = quoted(value.trim()) else { return Self::Unknown };
        match key.strip_prefix("- ") {
            Some("regex") => Self::Rule(value),
            Some(_) => Self::Unknown,
            None => Self::Replacement(key, value),
        }
    }
}

/// A text in single quotes, in which a doubled quote stands for one.
fn quoted(text: &'static str) -> Option<Cow<'static, str>> {
    let text = text.strip_prefix('\'')?.strip_suffix('\'')?;
    Some(if text.contains("''") { text.replace("''", "'").into() } else { text.into() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_of_the_file_is_understood() {
        let unknown = RULES.lines().filter(|line| matches!(Line::of(line), Line::Unknown)).collect::<Vec<_>>();
        assert_eq!(unknown, Vec::<&str>::new());
        let read = rules(RULES);
        let count = |list: &str| read.iter().filter(|rule| rule.list == list).count();
        assert!(count("user_agent_parsers") > 300 && count("os_parsers") > 150 && count("device_parsers") > 500);
        assert_eq!(read.len(), count("user_agent_parsers") + count("os_parsers") + count("device_parsers"));
        assert!(read.iter().filter(|rule| rule.get("brand_replacement").as_deref() == Some(SPIDER)).count() > 3);
    }

    #[test]
    fn the_file_compiles() {
        assert!(compile().is_ok());
    }
}
