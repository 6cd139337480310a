//! Tags of persons: labels that people get by what they do.

use condition::Selecting;
use model::{
    limits::{CONDITION_BYTES, EVENT_NAME_BYTES, TAG_ACTIONS},
    time::Span,
};
use serde_json::Value;

use crate::{
    error::{Fault, code},
    shape::Shape,
    span,
};

/// How long a person keeps a tag after the last action, unless the tag says otherwise.
const KEEPS: Span = Span::DAY.times(365);

/// What a tag says.
pub(crate) struct TagBody<'a> {
    pub(crate) actions: Vec<Action<'a>>,
    pub(crate) keeps: Span,
}

/// Something that gives the tag.
pub(crate) struct Action<'a> {
    event: &'a str,
    which: Which<'a>,
    /// Where it stands.
    pub(crate) pointer: String,
}

enum Which<'a> {
    /// Every event of that name.
    All,
    /// Those whose properties are so.
    Filtered(&'a str),
    /// Those that carry the tag's name themselves, in `tag` or among `tags`.
    Tagged,
}

/// Reads a document of a tag.
pub(crate) fn read(document: &Value) -> Result<TagBody<'_>, Fault> {
    let mut shape = Shape::of(document)?;
    let actions = shape.objects("actions", TAG_ACTIONS)?.into_iter().map(action).collect::<Result<Vec<_>, _>>()?;
    if actions.is_empty() {
        return Err(Fault::new(code::EMPTY, "/actions", "A tag needs at least one action that gives it."));
    }
    let keeps = span::read(&mut shape, "keeps")?.unwrap_or(KEEPS);
    shape.description()?;
    shape.finish()?;
    Ok(TagBody { actions, keeps })
}

fn action(mut shape: Shape<'_>) -> Result<Action<'_>, Fault> {
    let pointer = shape.pointer_to("where");
    let event = shape.text("event", EVENT_NAME_BYTES)?;
    let filter = shape.optional_text("where", CONDITION_BYTES)?;
    let which = match (filter, shape.flag("tagged")?) {
        (None, false) => Which::All,
        (Some(filter), false) => Which::Filtered(filter),
        (None, true) => Which::Tagged,
        (Some(_), true) => {
            let message = "An action is `tagged`, or has a `where`; write the one in the other to have both.";
            return Err(Fault::new(code::CONTRADICTION, pointer, message));
        }
    };
    shape.finish()?;
    Ok(Action { event, which, pointer })
}

impl TagBody<'_> {
    /// What is to be selected, with the filters that events of the tag's name pass.
    pub(crate) fn selecting<'s>(&'s self, carried: &'s str) -> impl Iterator<Item = Selecting<'s>> {
        self.actions.iter().map(move |action| Selecting {
            event: action.event,
            filter: match action.which {
                Which::All => None,
                Which::Filtered(filter) => Some(filter),
                Which::Tagged => Some(carried),
            },
            within: Some(self.keeps),
        })
    }
}

/// The filter that an event passes which carries a tag itself. The name is a slug, so it needs no escape.
pub(crate) fn carried(name: &str) -> String {
    format!("tag == \"{name}\" || \"{name}\" in tags")
}
