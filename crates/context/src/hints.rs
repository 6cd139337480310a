//! User-Agent Client Hints: what newer browsers say of themselves since their user agents stopped changing
//! (<https://wicg.github.io/ua-client-hints/>). As headers or as `context.userAgentData` of the tracking protocol.

use std::sync::Arc;

use model::value::{Fields, Value};

use crate::{
    agent::{Agent, Device, number},
    limits,
    request::ClientHints,
    text,
};

/// What the hints say; nothing where they say nothing.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Hints {
    brands: Vec<Brand>,
    mobile: Option<Width>,
    platform: Option<Arc<str>>,
    platform_version: Option<u32>,
    model: Option<Arc<str>>,
    form_factors: Vec<Arc<str>>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Brand {
    name: Arc<str>,
    version: Option<u32>,
}

/// What `Sec-CH-UA-Mobile` asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Width {
    Narrow,
    Wide,
}

/// Brands of one list that are looked at.
const BRANDS: usize = 10;

impl Hints {
    /// Reads the headers, which are structured fields (RFC 9651).
    pub(crate) fn from_headers(headers: &ClientHints<'_>) -> Self {
        let first = |header: &str| {
            items(header).into_iter().next().and_then(|item| text::clean(&item.text, limits::TEXT_BYTES))
        };
        Self {
            brands: items(headers.brands)
                .into_iter()
                .filter_map(|item| Brand::new(&item.text, &item.version))
                .collect(),
            mobile: match headers.mobile.trim() {
                "?1" => Some(Width::Narrow),
                "?0" => Some(Width::Wide),
                _ => None,
            },
            platform: first(headers.platform),
            platform_version: first(headers.platform_version).and_then(|version| number(&version)),
            model: first(headers.model),
            form_factors: items(headers.form_factors).into_iter().map(|item| item.text.into()).collect(),
        }
    }

    /// Reads `userAgentData`.
    pub(crate) fn from_fields(data: &Fields) -> Self {
        let word =
            |name: &str| data.get(name).and_then(Value::as_text).and_then(|word| text::clean(word, limits::TEXT_BYTES));
        let list = |name: &str| match data.get(name) {
            Some(Value::List(list)) => &list[..list.len().min(BRANDS)],
            _ => &[],
        };
        let brand = |value: &Value| match value {
            Value::Map(brand) => Brand::new(
                brand.get("brand")?.as_text()?,
                brand.get("version").and_then(Value::as_text).unwrap_or_default(),
            ),
            _ => None,
        };
        Self {
            brands: list("brands").iter().filter_map(brand).collect(),
            mobile: match data.get("mobile") {
                Some(Value::Bool(true)) => Some(Width::Narrow),
                Some(Value::Bool(false)) => Some(Width::Wide),
                _ => None,
            },
            platform: word("platform"),
            platform_version: word("platformVersion").and_then(|version| number(&version)),
            model: word("model"),
            form_factors: list("formFactors").iter().filter_map(Value::as_text).map(Into::into).collect(),
        }
    }

    /// Whether nothing was said.
    pub(crate) fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// What the user agent said, corrected by the hints.
    pub(crate) fn correct(&self, agent: &Agent) -> Agent {
        let mut agent = agent.clone();
        if let Some(brand) = self.brand() {
            agent.browser = Some(brand.browser());
            agent.browser_version = brand.version;
            agent.bot |= brand.name.starts_with("Headless");
        }
        if let Some(platform) = self.platform.as_ref().filter(|name| !name.eq_ignore_ascii_case("Unknown")) {
            let os: Arc<str> = match &**platform {
                "Chrome OS" | "Chromium OS" => "ChromeOS".into(),
                _ => platform.clone(),
            };
            if agent.os.as_ref() != Some(&os) {
                agent.os_version = None;
            }
            agent.os_version = self.os_version(&os).or(agent.os_version);
            agent.os = Some(os);
        }
        agent.device = self.device(&agent).unwrap_or(agent.device);
        agent.model = self.model.clone().or(agent.model);
        agent
    }

    /// The brand that a person would name: not the engine, not one of those that are there to be ignored.
    fn brand(&self) -> Option<&Brand> {
        let is_filler = |name: &str| name.contains("Not") && name.contains("Brand");
        let known =
            |brand: &&Brand| !is_filler(&brand.name) && !["Chromium", "Android WebView"].contains(&&*brand.name);
        self.brands.iter().find(known)
    }

    fn os_version(&self, os: &str) -> Option<u32> {
        match (os, self.platform_version?) {
            // Windows counts its hints by another clock: 13 and above is Windows 11, 1 to 10 is Windows 10.
            ("Windows", 13..) => Some(11),
            ("Windows", 1..) => Some(10),
            ("Windows", 0) => None,
            (_, version) => Some(version),
        }
    }

    fn device(&self, agent: &Agent) -> Option<Device> {
        let form = self.form_factors.iter().find_map(|form| match &**form {
            "Desktop" => Some(Device::Desktop),
            "Mobile" => Some(Device::Phone),
            "Tablet" => Some(Device::Tablet),
            _ => None,
        });
        if form.is_some() || agent.device == Device::Tv {
            return form;
        }
        match (self.mobile?, agent.os.as_deref()) {
            (Width::Narrow, _) => Some(Device::Phone),
            (Width::Wide, Some("Android")) => Some(Device::Tablet),
            (Width::Wide, Some("Windows" | "macOS" | "Linux" | "ChromeOS")) => Some(Device::Desktop),
            (Width::Wide, _) => None,
        }
    }
}

impl Brand {
    fn new(name: &str, version: &str) -> Option<Self> {
        Some(Self { name: text::clean(name, limits::TEXT_BYTES)?, version: number(version) })
    }

    fn browser(&self) -> Arc<str> {
        match &*self.name {
            "Google Chrome" => "Chrome".into(),
            "Microsoft Edge" => "Edge".into(),
            "YaBrowser" => "Yandex Browser".into(),
            _ => self.name.clone(),
        }
    }
}

/// One string of a structured field, with its parameter `v`.
#[derive(Debug, PartialEq, Eq, Default)]
struct Item {
    text: String,
    version: String,
}

/// The strings of a list such as `"Google Chrome";v="131", "Not?A_Brand";v="24"`. Lenient: what is no string is passed
/// over.
fn items(header: &str) -> Vec<Item> {
    let mut items = Vec::<Item>::new();
    let mut rest = text::cut(header, limits::HINT_BYTES);
    while let Some(start) = rest.find('"') {
        let (before, inside) = (&rest[..start], &rest[start + 1..]);
        let (text, after) = string(inside);
        rest = after;
        if before.trim_start().starts_with(';') {
            if let (true, Some(item)) = (before.trim_end().ends_with("v="), items.last_mut()) {
                item.version = text;
            }
        } else if items.len() == BRANDS {
            break;
        } else {
            items.push(Item { text, version: String::new() });
        }
    }
    items
}

/// A string up to its closing quote, and what comes behind.
fn string(inside: &str) -> (String, &str) {
    let mut text = String::new();
    let mut chars = inside.char_indices();
    while let Some((at, c)) = chars.next() {
        match c {
            '"' => return (text, &inside[at + 1..]),
            '\\' => text.extend(chars.next().map(|(_, escaped)| escaped)),
            _ => text.push(c),
        }
    }
    (text, "")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn item(text: &str, version: &str) -> Item {
        Item { text: text.into(), version: version.into() }
    }

    #[test]
    fn lists_of_brands_are_read() {
        assert_eq!(
            items(r#""Google Chrome";v="131", "Not;A=\"Brand";v="8" , "Chromium"; v="131""#),
            [item("Google Chrome", "131"), item("Not;A=\"Brand", "8"), item("Chromium", "131")]
        );
        assert_eq!(items(r#""Pixel 8""#), [item("Pixel 8", "")]);
        assert_eq!(items(r#""open"#), [item("open", "")]);
        assert_eq!(items(""), []);
        assert_eq!(items(&r#""a","#.repeat(99)).len(), BRANDS);
    }

    #[test]
    fn windows_eleven_is_known_only_by_its_hint() {
        let version = |hint: &'static str| {
            let headers = ClientHints { platform: r#""Windows""#, platform_version: hint, ..ClientHints::default() };
            Hints::from_headers(&headers).correct(&Agent::default()).os_version
        };
        assert_eq!(version(r#""15.0.0""#), Some(11));
        assert_eq!(version(r#""10.0.0""#), Some(10));
        assert_eq!(version(r#""0.3.0""#), None);
        assert_eq!(version(""), None);
    }
}
