//! The table of everything that can be called. The server's router is checked against it, and OpenAPI is made of it.

mod openapi;
mod table;

pub use self::{openapi::openapi, table::ENDPOINTS};

use utoipa::{
    ToSchema,
    openapi::{Ref, RefOr, Schema},
};

/// One method on one path.
#[derive(Debug, Clone, Copy)]
pub struct Endpoint {
    /// The method.
    pub method: Method,
    /// The path; parts in braces are parameters: `/v1/profiles/{id}`.
    pub path: &'static str,
    /// Which key it takes.
    pub auth: Auth,
    /// The group that it is listed in.
    pub tag: Tag,
    /// One sentence.
    pub summary: &'static str,
    /// Its query parameters.
    pub query: &'static [Query],
    /// The body that it takes.
    pub takes: Option<Body>,
    /// The body of its answer, with status 200.
    pub answers: Option<Body>,
}

/// The methods in use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Method {
    /// Reads.
    Get,
    /// Sends, asks or acts.
    Post,
    /// Sets.
    Put,
    /// Takes away.
    Delete,
}

impl Method {
    /// As it stands in a request.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Delete => "DELETE",
        }
    }
}

/// Which key an endpoint takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Auth {
    /// None.
    None,
    /// A public key or a secret one: in `Authorization` (Basic, as the user name; or Bearer), in the body's `write_key`
    /// or `writeKey`, or in `X-Write-Key`.
    Public,
    /// A secret key in `Authorization`.
    Secret,
}

/// The groups of endpoints.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Tag {
    /// The tracking protocol.
    Collect,
    /// Consent.
    Consent,
    /// What is shown to whom, and why.
    Decisions,
    /// What the shop sells.
    Catalog,
    /// One person.
    Profiles,
    /// Segments and conditions.
    Segments,
    /// Definitions.
    Definitions,
    /// What a census tells, rejected events, the live stream.
    Quality,
    /// Keys.
    Keys,
    /// The program itself.
    System,
}

impl Tag {
    /// All groups, in the order in which they are listed.
    pub const ALL: [Self; 10] = [
        Self::Collect,
        Self::Consent,
        Self::Decisions,
        Self::Catalog,
        Self::Profiles,
        Self::Segments,
        Self::Definitions,
        Self::Quality,
        Self::Keys,
        Self::System,
    ];

    /// The word shown.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Collect => "collect",
            Self::Consent => "consent",
            Self::Decisions => "decisions",
            Self::Catalog => "catalog",
            Self::Profiles => "profiles",
            Self::Segments => "segments",
            Self::Definitions => "definitions",
            Self::Quality => "quality",
            Self::Keys => "keys",
            Self::System => "system",
        }
    }
}

/// A query parameter; none is required.
#[derive(Debug, Clone, Copy)]
pub struct Query {
    /// Its name.
    pub name: &'static str,
    /// What it holds.
    pub holds: Holds,
    /// What it does.
    pub doc: &'static str,
}

/// What a query parameter holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Holds {
    /// A text.
    Text,
    /// A whole number from 0.
    Count,
    /// `true` or `false`.
    Flag,
}

/// A body, coming or going.
#[derive(Debug, Clone, Copy)]
pub struct Body {
    /// Its media type.
    pub media: &'static str,
    /// The schema of its JSON, added to the list with all that it refers to.
    schema: Option<fn(&mut Schemas) -> RefOr<Schema>>,
}

/// Schemas by name.
type Schemas = Vec<(String, RefOr<Schema>)>;

impl Body {
    const fn json<T: ToSchema>() -> Self {
        Self { media: "application/json", schema: Some(reference::<T>) }
    }

    /// A body that is not JSON, or JSON of another project's making.
    const fn of(media: &'static str) -> Self {
        Self { media, schema: None }
    }
}

fn reference<T: ToSchema>(schemas: &mut Schemas) -> RefOr<Schema> {
    T::schemas(schemas);
    schemas.push((T::name().into_owned(), T::schema()));
    Ref::from_schema_name(T::name()).into()
}
