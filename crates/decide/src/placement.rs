//! Named positions that can show something.

use std::sync::Arc;

use model::{
    decision::Channel,
    name::{Name, Placement as PlacementName, Purpose},
};

use crate::content::Content;

/// A named position that can show something.
#[derive(Debug, Clone, PartialEq)]
pub struct Placement {
    /// Its name.
    pub name: Name<PlacementName>,
    /// Its medium.
    pub channel: Channel,
    /// The purpose that the person must have granted before anything known of them is used here.
    pub purpose: Name<Purpose>,
    /// What can be shown there, in the shop's words, such as `banner-1200x400`.
    pub format: Option<Arc<str>>,
    /// How many contents it shows at most; at least 1.
    pub most_contents: u16,
    /// What it shows where nothing else is to be shown; at least one, none of which expires.
    pub neutral: Vec<Arc<Content>>,
    /// Whether a customer pays there: then only contents that reassure or help are shown.
    pub is_checkout: bool,
}
