//! Every limit of what is read from a request or kept between requests. What is longer is cut or left out, never an
//! error: a request is answered whatever it says of itself.

/// Bytes of a user agent that are looked at; browsers send fewer than 300.
pub const USER_AGENT_BYTES: usize = 1_024;
/// User agents whose reading is kept, in each of the two generations of the cache.
pub const CACHED_AGENTS: usize = 2_048;
/// Bytes of one client hint that are looked at.
pub const HINT_BYTES: usize = 1_024;
/// Bytes of a URL; a longer one is not read.
pub const URL_BYTES: usize = 8 * 1_024;
/// Parameters of a URL's query that are looked at.
pub const PARAMETERS: usize = 100;
/// Bytes of a host name (RFC 1035).
pub const HOST_BYTES: usize = 253;
/// Bytes of a path that are kept.
pub const PATH_BYTES: usize = 1_024;
/// Bytes of a campaign's tag, a keyword, a name of a place, a model of a device.
pub const TEXT_BYTES: usize = 200;
/// Bytes of a click id; a longer one is not kept.
pub const CLICK_ID_BYTES: usize = 512;
/// Bytes of `Accept-Language` that are looked at.
pub const LANGUAGE_BYTES: usize = 1_024;
/// Languages that are kept.
pub const LANGUAGES: usize = 10;
/// Values among the shop's attributes, nested ones included.
pub const ATTRIBUTES: usize = 100;
/// Bytes of an attribute's name.
pub const ATTRIBUTE_NAME_BYTES: usize = 64;
/// Bytes of a text among the attributes.
pub const ATTRIBUTE_BYTES: usize = 500;
/// Levels of nesting among the attributes: `shop.cart.total` is the second.
pub const ATTRIBUTE_DEPTH: usize = 3;
