//! The table as OpenAPI 3.1.

use std::collections::BTreeMap;

use utoipa::openapi::{
    ComponentsBuilder, Content, InfoBuilder, ObjectBuilder, OpenApi, OpenApiBuilder, PathItem, PathsBuilder, RefOr,
    Required, Response, ResponseBuilder, Schema, SecurityRequirement,
    path::{HttpMethod, Operation, OperationBuilder, Parameter, ParameterBuilder, ParameterIn},
    request_body::RequestBodyBuilder,
    schema::Type,
    security::{Http, HttpAuthScheme, SecurityScheme},
    tag::TagBuilder,
};

use crate::{
    endpoint::{Auth, Body, ENDPOINTS, Endpoint, Holds, Method, Schemas, Tag, reference},
    error::ErrorBody,
    wire::{
        definition::{
            ConsentCategoryDocument, NamespaceDocument, PurposeDocument, SegmentDocument, SettingDocument,
            SourceDocument, TraitDocument,
        },
        experience::{ContentDocument, ExperienceDocument, LayerDocument, PlacementDocument},
        finder::FinderDocument,
        live::LiveItem,
        measure::{ModelDocument, ScoreDocument, TagDocument},
        recommend::RecommenderDocument,
        search::SynonymDocument,
    },
};

const BASIC: &str = "key";
const BEARER: &str = "bearer";

/// The description of the whole HTTP API. The same table and types give the same bytes.
pub fn openapi() -> OpenApi {
    let mut schemas = Schemas::new();
    let error = reference::<ErrorBody>(&mut schemas);
    unreferenced(&mut schemas);
    let mut items: BTreeMap<&str, PathItem> = BTreeMap::new();
    for endpoint in ENDPOINTS {
        let method = match endpoint.method {
            Method::Get => HttpMethod::Get,
            Method::Post => HttpMethod::Post,
            Method::Put => HttpMethod::Put,
            Method::Delete => HttpMethod::Delete,
        };
        let item = PathItem::new(method, operation(endpoint, &error, &mut schemas));
        match items.get_mut(endpoint.path) {
            Some(known) => known.merge_operations(item),
            None => drop(items.insert(endpoint.path, item)),
        }
    }
    let paths = items.into_iter().fold(PathsBuilder::new(), |paths, (path, item)| paths.path(path, item));
    OpenApiBuilder::new()
        .info(InfoBuilder::new().title("Prevenance").version(env!("CARGO_PKG_VERSION")).build())
        .paths(paths.build())
        .components(Some(
            ComponentsBuilder::new()
                .schemas_from_iter(schemas)
                .security_scheme(BASIC, SecurityScheme::Http(Http::new(HttpAuthScheme::Basic)))
                .security_scheme(BEARER, SecurityScheme::Http(Http::new(HttpAuthScheme::Bearer)))
                .build(),
        ))
        .tags(Some(Tag::ALL.map(|tag| TagBuilder::new().name(tag.word()).build())))
        .build()
}

/// Types that stand in a document or a stream, where no body refers to them.
fn unreferenced(schemas: &mut Schemas) {
    reference::<SegmentDocument>(schemas);
    reference::<TagDocument>(schemas);
    reference::<ScoreDocument>(schemas);
    reference::<ModelDocument>(schemas);
    reference::<SourceDocument>(schemas);
    reference::<TraitDocument>(schemas);
    reference::<NamespaceDocument>(schemas);
    reference::<PurposeDocument>(schemas);
    reference::<ConsentCategoryDocument>(schemas);
    reference::<SettingDocument>(schemas);
    reference::<LayerDocument>(schemas);
    reference::<RecommenderDocument>(schemas);
    reference::<FinderDocument>(schemas);
    reference::<SynonymDocument>(schemas);
    reference::<ContentDocument>(schemas);
    reference::<PlacementDocument>(schemas);
    reference::<ExperienceDocument>(schemas);
    reference::<LiveItem>(schemas);
}

fn operation(endpoint: &Endpoint, error: &RefOr<Schema>, schemas: &mut Schemas) -> Operation {
    let failed = ResponseBuilder::new()
        .description("The error, with its stable code.")
        .content("application/json", Content::new(Some(error.clone())))
        .build();
    let securities = match endpoint.auth {
        Auth::None => vec![SecurityRequirement::default()],
        Auth::Public | Auth::Secret => [BASIC, BEARER].map(|scheme| SecurityRequirement::new(scheme, [""; 0])).to_vec(),
    };
    let body = endpoint.takes.as_ref().map(|body| {
        let content = content(body, schemas);
        RequestBodyBuilder::new().content(body.media, content).required(Some(Required::True)).build()
    });
    OperationBuilder::new()
        .operation_id(Some(operation_id(endpoint)))
        .tag(endpoint.tag.word())
        .summary(Some(endpoint.summary))
        .description(Some(match endpoint.auth {
            Auth::None => "Takes no key.",
            Auth::Public => {
                "Takes a public or a secret key; also in the body's `write_key` or `writeKey`, or in `X-Write-Key`."
            }
            Auth::Secret => "Takes a secret key.",
        }))
        .parameters(Some(parameters(endpoint)))
        .request_body(body)
        .response("200", done(endpoint, schemas))
        .response("default", failed)
        .securities(Some(securities))
        .build()
}

fn done(endpoint: &Endpoint, schemas: &mut Schemas) -> Response {
    let response = ResponseBuilder::new().description("Done.");
    match &endpoint.answers {
        Some(body) => response.content(body.media, content(body, schemas)).build(),
        None => response.build(),
    }
}

fn content(body: &Body, schemas: &mut Schemas) -> Content {
    Content::new(body.schema.map(|schema| schema(schemas)))
}

fn parameters(endpoint: &Endpoint) -> Vec<Parameter> {
    let in_path = endpoint.path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}')).map(|name| {
        ParameterBuilder::new()
            .name(name)
            .parameter_in(ParameterIn::Path)
            .required(Required::True)
            .schema(Some(ObjectBuilder::new().schema_type(Type::String)))
            .build()
    });
    let in_query = endpoint.query.iter().map(|query| {
        let holds = match query.holds {
            Holds::Text => ObjectBuilder::new().schema_type(Type::String),
            Holds::Count => ObjectBuilder::new().schema_type(Type::Integer).minimum(Some(0)),
            Holds::Flag => ObjectBuilder::new().schema_type(Type::Boolean),
        };
        ParameterBuilder::new()
            .name(query.name)
            .parameter_in(ParameterIn::Query)
            .required(Required::False)
            .description(Some(query.doc))
            .schema(Some(holds))
            .build()
    });
    in_path.chain(in_query).collect()
}

/// `GET /v1/profiles/{id}/timeline` → `get_v1_profiles_id_timeline`.
fn operation_id(endpoint: &Endpoint) -> String {
    let path: String = endpoint.path.chars().filter(|c| !matches!(c, '{' | '}')).collect();
    let path = path.trim_matches('/').replace(['/', '.'], "_");
    format!("{}_{path}", endpoint.method.as_str().to_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use serde_json::Value as Json;

    use super::*;

    fn document() -> Json {
        serde_json::to_value(openapi()).unwrap()
    }

    fn references<'a>(json: &'a Json, found: &mut BTreeSet<&'a str>) {
        match json {
            Json::Object(map) => {
                found.extend(map.get("$ref").and_then(Json::as_str));
                map.values().for_each(|value| references(value, found));
            }
            Json::Array(values) => values.iter().for_each(|value| references(value, found)),
            _ => {}
        }
    }

    #[test]
    fn the_description_holds_exactly_the_table() {
        let document = document();
        assert_eq!(document["openapi"], "3.1.0");
        let paths = document["paths"].as_object().unwrap();
        let operations: usize = paths.values().map(|item| item.as_object().unwrap().len()).sum();
        assert_eq!(operations, ENDPOINTS.len());
        for endpoint in ENDPOINTS {
            let method = endpoint.method.as_str().to_ascii_lowercase();
            let operation = &paths[endpoint.path][&method];
            assert_eq!(operation["summary"], endpoint.summary);
            assert!(operation["responses"]["default"]["content"].is_object());
            assert_eq!(endpoint.path.matches('{').count() + endpoint.query.len(), {
                operation["parameters"].as_array().map_or(0, Vec::len)
            });
        }
        let ids: BTreeSet<_> = ENDPOINTS.iter().map(operation_id).collect();
        assert_eq!(ids.len(), ENDPOINTS.len());
    }

    #[test]
    fn every_reference_leads_to_a_schema_and_every_schema_is_described() {
        let document = document();
        let mut found = BTreeSet::new();
        references(&document, &mut found);
        assert!(found.len() > 30, "{}", found.len());
        for reference in found {
            let name = reference.strip_prefix("#/components/schemas/").unwrap();
            assert!(document["components"]["schemas"][name].is_object(), "{name}");
        }
        for (name, schema) in document["components"]["schemas"].as_object().unwrap() {
            assert!(schema["description"].is_string(), "{name} has no description");
        }
    }

    #[test]
    fn the_same_table_gives_the_same_bytes() {
        assert_eq!(openapi().to_json().unwrap(), openapi().to_json().unwrap());
    }
}
