//! What a person does not want to see, as they said themselves.

use std::sync::Arc;

use condition::{EventNeed, PropertyPath, Window, moment_of};
use model::{fact::Occurrence, time::Timestamp, value::Value, wish::CONTENT_REFUSED};

use crate::{content::Content, experience::Experience};

/// What one person refuses at a moment.
#[derive(Default)]
pub(super) struct Refused(Vec<(Target, Until)>);

enum Target {
    Experience(Arc<str>),
    Content(Arc<str>),
    Tag(Arc<str>),
}

/// Until when it is refused; `None`: for ever.
pub(super) type Until = Option<Timestamp>;

impl Refused {
    /// What stands of all that was ever said.
    pub(super) fn from_trail(trail: &[Occurrence], now: Timestamp) -> Self {
        let refusal = |said: &Occurrence| {
            let text = |name: &str| said.properties.get(name).and_then(Value::as_text).map(Arc::from);
            let experience = text("experience").map(Target::Experience);
            let target =
                experience.or_else(|| text("content").map(Target::Content)).or_else(|| text("tag").map(Target::Tag))?;
            let until = said.properties.get("until").and_then(moment_of);
            until.is_none_or(|until| now < until).then_some((target, until))
        };
        Self(trail.iter().filter_map(refusal).collect())
    }

    /// Whether an experience is refused, by its name or for one of its contents, and until when. Every variant counts,
    /// so that who draws the control is refused it as well. Of a pool or a menu only the content itself is refused.
    pub(super) fn experience(&self, experience: &Experience) -> Option<Until> {
        let by_name = |(target, _): &&(Target, Until)| match target {
            Target::Experience(name) => **name == *experience.name.as_str(),
            Target::Content(_) | Target::Tag(_) => experience.listed().any(|content| target.is(content)),
        };
        longest(self.0.iter().filter(by_name))
    }

    /// Whether a content is refused, by its name or for one of its tags, and until when.
    pub(super) fn content(&self, content: &Content) -> Option<Until> {
        longest(self.0.iter().filter(|(target, _)| target.is(content)))
    }
}

impl Target {
    fn is(&self, content: &Content) -> bool {
        match self {
            Self::Experience(_) => false,
            Self::Content(name) => **name == *content.name.as_str(),
            Self::Tag(tag) => content.tags.contains(tag),
        }
    }
}

/// The longest of several: for ever is longer than any.
fn longest<'r>(refusals: impl Iterator<Item = &'r (Target, Until)>) -> Option<Until> {
    refusals.map(|(_, until)| *until).max_by_key(|until| until.unwrap_or(Timestamp::MAX))
}

/// What has to be kept of refusals.
pub(crate) fn need() -> (Arc<str>, EventNeed) {
    let paths = ["experience", "content", "tag", "until"].map(|name| PropertyPath::new([Arc::from(name)]));
    (CONTENT_REFUSED.into(), EventNeed { paths: paths.into_iter().flatten().collect(), window: Window::Lifetime })
}
