//! The device and the browser.

use std::sync::Arc;

use regex::bytes::Regex;
use ua_parser::{Extractor, os};

use crate::{limits, text};

/// What sends the request. A crawler that comes as a phone is a phone and a bot: it wants to see what phones see.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Agent {
    /// The kind of device.
    pub device: Device,
    /// Its model, if it says so (client hints only), such as `Pixel 8`.
    pub model: Option<Arc<str>>,
    /// The system: `Windows`, `macOS`, `iOS`, `Android`, `Linux`, `ChromeOS`, or as uap-core names it.
    pub os: Option<Arc<str>>,
    /// Its major version. `None` where the browser froze it: Windows 10 and 11, macOS since 11 and Android since 10 all
    /// look alike without hints.
    pub os_version: Option<u32>,
    /// The browser, the same on phone and desktop: `Chrome`, `Safari`, `Firefox`, `Edge`, or as uap-core names it.
    pub browser: Option<Arc<str>>,
    /// Its major version.
    pub browser_version: Option<u32>,
    /// Whether it is known to be a program without a person: a crawler, a checker, a headless browser.
    pub bot: bool,
}

/// The kind of device. An iPad that asks for desktop pages is a desktop: nothing tells it apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Device {
    /// A phone.
    Phone,
    /// A tablet or a reader.
    Tablet,
    /// A computer.
    Desktop,
    /// A television, or a console or stick behind one.
    Tv,
    /// A bot that does not pretend to be any of these.
    Bot,
    /// It does not say.
    #[default]
    Unknown,
}

impl Device {
    /// The word that conditions compare with; `None` if it is not known.
    pub fn word(self) -> Option<&'static str> {
        match self {
            Self::Phone => Some("phone"),
            Self::Tablet => Some("tablet"),
            Self::Desktop => Some("desktop"),
            Self::Tv => Some("tv"),
            Self::Bot => Some("bot"),
            Self::Unknown => None,
        }
    }

    /// What the user agent's own words say.
    fn of(user_agent: &str) -> Self {
        let has = |words: &[&str]| words.iter().any(|word| user_agent.contains(word));
        if has(TV) || user_agent.contains("; AFT") {
            return Self::Tv;
        }
        // Old Internet Explorers on computers with a pen say `Tablet PC`.
        if has(&["iPad", "PlayBook", "Kindle"]) || user_agent.contains("Tablet") && !user_agent.contains("Tablet PC") {
            return Self::Tablet;
        }
        match (user_agent.contains("Android"), has(&["Mobile", "Mobi/", "Opera Mini"])) {
            (true, false) => Self::Tablet,
            (_, true) => Self::Phone,
            (false, false) if has(&["iPhone", "iPod", "Windows Phone", "BlackBerry", "KAIOS"]) => Self::Phone,
            (false, false) if has(&["Windows NT", "Macintosh", "X11", "CrOS", "Linux"]) => Self::Desktop,
            (false, false) => Self::Unknown,
        }
    }
}

/// Words of televisions, and of what is plugged into them.
const TV: &[&str] = &[
    "SMART-TV",
    "SmartTV",
    "Smart TV",
    "Smart-TV",
    "GoogleTV",
    "Google TV",
    "Android TV",
    "AppleTV",
    "Apple TV",
    "HbbTV",
    "NetCast",
    "Web0S",
    "webOS.TV",
    " TV Safari",
    "BRAVIA",
    "Roku",
    "CrKey",
    "VIDAA",
    "PhilipsTV",
    "Viera",
    "PlayStation",
    "Xbox",
    "Nintendo Switch",
];

/// Reads user agents by the compiled rules.
pub(crate) struct Reader {
    rules: Extractor<'static>,
    bots: Regex,
}

impl Reader {
    pub(crate) fn new(rules: Extractor<'static>, bots: Regex) -> Self {
        Self { rules, bots }
    }

    /// What a user agent says without hints.
    pub(crate) fn read(&self, user_agent: &str) -> Agent {
        let (browser, os, spider) = self.rules.extract(user_agent);
        let bot = spider.is_some() || self.bots.is_match(user_agent.as_bytes());
        let device = match Device::of(user_agent) {
            Device::Unknown if bot => Device::Bot,
            device => device,
        };
        let os = os.filter(|os| os.os != "Other");
        Agent {
            device,
            model: None,
            os_version: os.as_ref().and_then(os_version),
            os: os.and_then(|os| text::clean(os_name(&os.os), limits::TEXT_BYTES)),
            browser_version: browser.as_ref().and_then(|browser| number(browser.major?)),
            browser: browser.and_then(|browser| text::clean(browser_name(&browser.family), limits::TEXT_BYTES)),
            bot,
        }
    }
}

/// The whole number that a version begins with.
pub(crate) fn number(version: &str) -> Option<u32> {
    let version = version.trim_start();
    let digits = version.find(|c: char| !c.is_ascii_digit()).unwrap_or(version.len());
    version[..digits].parse().ok()
}

fn os_name(name: &str) -> &str {
    match name {
        "Mac OS X" => "macOS",
        "Chrome OS" => "ChromeOS",
        _ => name,
    }
}

fn os_version(os: &os::ValueRef<'_>) -> Option<u32> {
    let major = number(os.major.as_deref()?)?;
    let is_frozen = match (&*os.os, major) {
        ("Windows", 10) => true,
        ("Mac OS X", 10) => os.minor.as_deref() == Some("15"),
        ("Android", 10) => true,
        _ => false,
    };
    (!is_frozen).then_some(major)
}

/// One name on all devices: the device is a fact of its own.
fn browser_name(family: &str) -> &str {
    match family {
        "Chrome Mobile" | "Chrome Mobile iOS" => "Chrome",
        "Chrome Mobile WebView" => "Chrome WebView",
        "Mobile Safari" => "Safari",
        "Mobile Safari UI/WKWebView" => "Safari WebView",
        "Firefox Mobile" | "Firefox iOS" => "Firefox",
        "Edge Mobile" => "Edge",
        "Opera Mobile" => "Opera",
        _ => family,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_is_its_first_number() {
        assert_eq!(number("131.0.6778"), Some(131));
        assert_eq!(number("XP"), None);
        assert_eq!(number(""), None);
        assert_eq!(number("99999999999"), None);
    }
}
