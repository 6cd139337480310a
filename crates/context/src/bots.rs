//! Which user agents are programs that nobody sits in front of.

use regex::bytes::{Regex, RegexBuilder};

const PATTERNS: &str = include_str!("../data/crawler-user-agents.txt");

/// Patterns of the list that also meet people: builds of Android, models of phones, browsers inside apps.
const PEOPLE: &[&str] = &[
    r"AP3A\.240617\.008",
    r"Blackboard",
    r"Butterfly",
    r"Code\/1\.",
    r"Fluid",
    r"Goodreads",
    r"Instapaper\/",
    r"MetaIAB Facebook",
    r"Notion\/",
    r"PayPal\/",
    r"Sogou",
    r"Tumblr\/",
    r"Viber",
];

/// One expression for all known bots: 3 MB, about 1 µs a user agent. Beyond them, whatever calls itself one.
pub(crate) fn compile() -> Result<Regex, regex::Error> {
    let patterns = PATTERNS.lines().filter(|line| !line.is_empty() && !PEOPLE.contains(line));
    let any = patterns.map(|pattern| format!("(?:{pattern})")).collect::<Vec<_>>().join("|");
    RegexBuilder::new(&format!("{any}|{CALLS_ITSELF}")).unicode(false).build()
}

/// A word that ends in `bot`, `crawler`, `spider` or `scraper`, and a link to who is behind it. Phones of the brand
/// Cubot are no bots.
const CALLS_ITSELF: &str = r"(?i:(?:[^u]|^)bot\b|crawler\b|spider\b|scraper\b|\+https?://)";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exceptions_are_in_the_list() {
        for pattern in PEOPLE {
            assert!(PATTERNS.lines().any(|line| line == *pattern), "{pattern} is not in the list any more");
        }
    }

    #[test]
    fn people_are_no_bots() {
        let bots = compile().unwrap();
        for agent in [
            "Mozilla/5.0 (Linux; Android 15; Pixel 8 Build/AP3A.240617.008; wv) AppleWebKit/537.36 Mobile Safari/537.36",
            "Mozilla/5.0 (Linux; Android 5.0; HTC_Butterfly_3 Build/LRX22G) AppleWebKit/537.36 Mobile Safari/537.36",
            "Mozilla/5.0 (Linux; Android 12; CUBOT NOTE 30) AppleWebKit/537.36 Chrome/120.0.0.0 Mobile Safari/537.36",
            "Mozilla/5.0 (Linux; Android 12; Cubot_X50) AppleWebKit/537.36 Chrome/120.0.0.0 Mobile Safari/537.36",
            "Mozilla/5.0 (Windows NT 6.1) AppleWebKit/535.11 Chrome/17.0.963.84 Safari/535.11 SE 2.X MetaSr 1.0 Sogou",
        ] {
            assert!(!bots.is_match(agent.as_bytes()), "{agent}");
        }
        for agent in ["NewBot/1.0", "my-crawler", "x (+https://new.example/)", "curl/8.5.0", "bot"] {
            assert!(bots.is_match(agent.as_bytes()), "{agent}");
        }
    }
}
