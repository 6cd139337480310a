//! The endpoints, in the order in which they are documented.

use crate::{
    endpoint::{Auth, Body, Endpoint, Holds, Method, Query, Tag},
    wire::{
        cart::{CartAnswer, CartRequest},
        catalog::{
            CatalogAnswer, CatalogRequest, CatalogSummary, FeedAnswer, FeedList, ItemAnswer, ItemPage, QuarantinePage,
            StoresDocument,
        },
        census::{IdentificationAnswer, SourcesAnswer, ThermometerAnswer, UnreadTraits},
        collect::CollectAnswer,
        consent::{ConsentAnswer, ConsentRequest},
        decision::{DecideAnswer, DecideRequest, DecisionRecord, DecisionReplay, DecisionWhy},
        definition::{DefinitionAnswer, DefinitionList},
        demand::UnmetDemandAnswer,
        finder::{FindAnswer, FindRequest},
        identity::{LinkAnswer, LinkRequest, UnmergeAnswer, UnmergeRequest},
        key::{KeyCreated, KeyList, KeyRequest, KeySummary},
        nearby::{NearestAnswer, NearestRequest},
        profile::{AccessPage, EraseCertificate, ExportAnswer, ProfileAnswer, TimelinePage},
        publication::{
            CheckAnswer, DraftAnswer, DraftList, DraftRequest, DraftSummary, PublishRequest, PublishedAnswer,
            RevisionAnswer, RevisionPage,
        },
        recommend::{PredictionsAnswer, RecommendAnswer, RecommendRequest, TrainingAnswer},
        rejected::{CorrectionRequest, RejectedEvent, RejectedPage, ReplayAnswer},
        search::{CompleteAnswer, CompleteRequest, SearchAnswer, SearchRequest},
        segment::{CountAnswer, CountRequest, MembersPage, PreviewAnswer, PreviewRequest, SegmentAnswer, SegmentList},
        system::{BackupAnswer, BackupRequest, ClockAnswer, ClockRequest, HealthAnswer, ReadyAnswer, StatusAnswer},
        tag::{TagAnswer, TagList},
    },
};

use Auth::{None as Nobody, Public, Secret};
use Method::{Delete, Get, Post, Put};
use Tag::{Catalog, Collect, Consent, Decisions, Definitions, Keys, Profiles, Quality, Segments, System};

const JSON: Body = Body::of("application/json");
const SCRIPT: Body = Body::of("text/javascript");
const BATCH: &str = "Takes a batch of events.";

const PAGING: &[Query] = &[
    Query { name: "from", holds: Holds::Text, doc: "The `next` of the page before." },
    Query { name: "limit", holds: Holds::Count, doc: "Entries of the page, 1 to 1000; 100 if absent." },
];
const PREDICTED: &[Query] = &[
    PURPOSE[0],
    Query { name: "limit", holds: Holds::Count, doc: "Items that are foretold, 1 to 1000; 100 if absent." },
];
const PURPOSE: &[Query] = &[Query {
    name: "purpose",
    holds: Holds::Text,
    doc: "The purpose that the profile is read for; `site` if absent. Without its grant the answer is NO_CONSENT.",
}];
const WAIT: &[Query] = &[Query {
    name: "wait",
    holds: Holds::Flag,
    doc: "Answer when the definition has been filled from history, not before.",
}];
const FRESH: &[Query] = &[Query {
    name: "fresh",
    holds: Holds::Flag,
    doc: "Take a census now and answer from that; else the last one, which is at most a day old.",
}];
const DEMAND: &[Query] = &[
    Query { name: "days", holds: Holds::Count, doc: "Over how many days, today among them: 1 to 35; 7 if absent." },
    Query { name: "limit", holds: Holds::Count, doc: "Entries, 1 to 200; 50 if absent." },
];
const PUBLISHING: &[Query] = &[
    WAIT[0],
    Query { name: "dry_run", holds: Holds::Flag, doc: "Check and compile everything, and publish nothing." },
    Query { name: "by", holds: Holds::Text, doc: "Who publishes; the title of the key if absent." },
    Query { name: "why", holds: Holds::Text, doc: "Why, for those who read it later; at most 500 characters." },
];
const REVISIONS: &[Query] =
    &[PAGING[0], Query { name: "limit", holds: Holds::Count, doc: "Entries of the page, 1 to 100; 100 if absent." }];
const PERIOD: &[Query] = &[
    Query {
        name: "from",
        holds: Holds::Text,
        doc: "The first day, such as 2026-03-02; 30 days before the last if absent.",
    },
    Query { name: "to", holds: Holds::Text, doc: "The last day; today if absent." },
];
const FEED: &[Query] = &[
    Query { name: "full", holds: Holds::Flag, doc: "Whether what the feed does not name is sold no more." },
    Query { name: "format", holds: Holds::Text, doc: "Its format, such as `google_xml`; guessed if absent." },
    Query { name: "currency", holds: Holds::Text, doc: "The currency of amounts that name none, such as `EUR`." },
    Query { name: "language", holds: Holds::Text, doc: "The language of texts that name none; `en` if absent." },
    Query {
        name: "decimal",
        holds: Holds::Text,
        doc: "`point` or `comma`: the sign before decimals, where it is not clear.",
    },
    Query { name: "told_at", holds: Holds::Text, doc: "The moment of which the feed is true; now if absent." },
];
const WRITE_KEY: &[Query] = &[Query { name: "writeKey", holds: Holds::Text, doc: "The public key." }];
const OVERLAP: &[Query] =
    &[Query { name: "overlap_s", holds: Holds::Count, doc: "Seconds for which the key goes on; 0 if absent." }];

/// Everything that can be called.
pub const ENDPOINTS: &[Endpoint] = &[
    collect("/v1/batch", BATCH),
    collect("/v1/b", BATCH),
    collect("/v1/import", BATCH),
    collect("/v1/track", "Takes a track event: the person did something."),
    collect("/v1/t", "Takes a track event."),
    collect("/v1/page", "Takes a page event: a page was seen."),
    collect("/v1/p", "Takes a page event."),
    collect("/v1/screen", "Takes a screen event: a screen of an app was seen."),
    collect("/v1/s", "Takes a screen event."),
    collect("/v1/identify", "Takes an identify event: who the person is, with traits."),
    collect("/v1/i", "Takes an identify event."),
    collect("/v1/group", "Takes a group event: the person belongs to a group."),
    collect("/v1/g", "Takes a group event."),
    collect("/v1/alias", "Takes an alias event: two identifiers are one person."),
    collect("/v1/a", "Takes an alias event."),
    collect("/api/s/{type}", "Takes one event of that type, as Jitsu's clients send it."),
    endpoint(Post, "/v1/m", Nobody, Collect, "Takes Segment's metrics of its own script, and forgets them.")
        .takes(JSON)
        .answers(Body::json::<CollectAnswer>()),
    endpoint(Get, "/v1/projects/{key}/settings", Nobody, Collect, "Tells Segment's script where to send.")
        .answers(JSON),
    endpoint(
        Get,
        "/analytics.js/v1/{key}/analytics.min.js",
        Nobody,
        Collect,
        "Serves the script of Segment's snippet.",
    )
    .answers(SCRIPT),
    endpoint(Get, "/analytics-next/bundles/{file}", Nobody, Collect, "Serves a part that this script loads later.")
        .answers(SCRIPT),
    endpoint(Get, "/sourceConfig/", Nobody, Collect, "Tells RudderStack's script that its source is on.")
        .query(WRITE_KEY)
        .answers(JSON),
    endpoint(Post, "/v1/consent", Public, Consent, "Records what a person granted and denied, with the words shown.")
        .takes(Body::json::<ConsentRequest>())
        .answers(Body::json::<ConsentAnswer>()),
    endpoint(Post, "/v1/decide", Public, Decisions, "Decides what placements show, and says why.")
        .takes(Body::json::<DecideRequest>())
        .answers(Body::json::<DecideAnswer>()),
    endpoint(Get, "/v1/decisions/{id}", Secret, Decisions, "Reads a decision as it was recorded.")
        .answers(Body::json::<DecisionRecord>()),
    endpoint(Get, "/v1/decisions/{id}/why", Secret, Decisions, "Tells why, in words for the person.")
        .answers(Body::json::<DecisionWhy>()),
    endpoint(Post, "/v1/decisions/{id}/replay", Secret, Decisions, "Decides again, from the record alone.")
        .answers(Body::json::<DecisionReplay>()),
    endpoint(Post, "/v1/cart", Public, Decisions, "Says what is in a person's cart, with prices and stock of now.")
        .takes(Body::json::<CartRequest>())
        .answers(Body::json::<CartAnswer>()),
    endpoint(Post, "/v1/search", Public, Catalog, "Searches the catalog, or lists it.")
        .takes(Body::json::<SearchRequest>())
        .answers(Body::json::<SearchAnswer>()),
    endpoint(Post, "/v1/recommend", Public, Catalog, "Asks a recommender what it proposes, and why.")
        .takes(Body::json::<RecommendRequest>())
        .answers(Body::json::<RecommendAnswer>()),
    endpoint(Post, "/v1/find", Public, Catalog, "Asks a finder for the next question and the items that fit so far.")
        .takes(Body::json::<FindRequest>())
        .answers(Body::json::<FindAnswer>()),
    endpoint(Get, "/v1/training", Secret, Catalog, "Says when the models of recommenders were trained.")
        .answers(Body::json::<TrainingAnswer>()),
    endpoint(Post, "/v1/training", Secret, Catalog, "Trains the models of recommenders now, and waits for it.")
        .answers(Body::json::<TrainingAnswer>()),
    endpoint(Post, "/v1/autocomplete", Public, Catalog, "Completes what is being typed.")
        .takes(Body::json::<CompleteRequest>())
        .answers(Body::json::<CompleteAnswer>()),
    endpoint(Post, "/v1/stores/nearest", Public, Catalog, "Finds the nearest stores that have an item.")
        .takes(Body::json::<NearestRequest>())
        .answers(Body::json::<NearestAnswer>()),
    endpoint(Get, "/v1/catalog", Secret, Catalog, "Says how many items, which categories and which stores there are.")
        .answers(Body::json::<CatalogSummary>()),
    endpoint(Post, "/v1/catalog/items", Secret, Catalog, "Tells items, prices and stock; they count at once.")
        .takes(Body::json::<CatalogRequest>())
        .answers(Body::json::<CatalogAnswer>()),
    endpoint(Get, "/v1/catalog/items", Secret, Catalog, "Lists the items.")
        .query(PAGING)
        .answers(Body::json::<ItemPage>()),
    endpoint(Get, "/v1/catalog/items/{id}", Secret, Catalog, "Reads an item.").answers(Body::json::<ItemAnswer>()),
    endpoint(Put, "/v1/catalog/stores", Secret, Catalog, "Says which stores the shop has.")
        .takes(Body::json::<StoresDocument>())
        .answers(Body::json::<StoresDocument>()),
    endpoint(Get, "/v1/catalog/feeds", Secret, Catalog, "Lists the feeds and what became of them.")
        .answers(Body::json::<FeedList>()),
    endpoint(
        Put,
        "/v1/catalog/feeds/{feed}",
        Secret,
        Catalog,
        "Takes a feed as a whole, and reads it in the background.",
    )
    .query(FEED)
    .takes(Body::of("application/octet-stream"))
    .answers(Body::json::<FeedAnswer>()),
    endpoint(Get, "/v1/catalog/feeds/{feed}", Secret, Catalog, "Tells how far a feed is.")
        .answers(Body::json::<FeedAnswer>()),
    endpoint(
        Delete,
        "/v1/catalog/feeds/{feed}",
        Secret,
        Catalog,
        "Forgets a feed; of one that is held nothing counts.",
    )
    .answers(Body::json::<FeedAnswer>()),
    endpoint(Post, "/v1/catalog/feeds/{feed}/approve", Secret, Catalog, "Applies a feed that is held.")
        .answers(Body::json::<FeedAnswer>()),
    endpoint(Get, "/v1/catalog/feeds/{feed}/quarantine", Secret, Catalog, "Lists what in a feed is no item.")
        .query(PAGING)
        .answers(Body::json::<QuarantinePage>()),
    endpoint(
        Post,
        "/v1/webhooks/{sender}",
        Nobody,
        Catalog,
        "Takes a webhook of a shop's system; its signature is the key.",
    )
    .takes(JSON)
    .answers(Body::json::<CatalogAnswer>()),
    endpoint(Get, "/v1/profiles/{id}", Secret, Profiles, "Reads a profile for a purpose.")
        .query(PURPOSE)
        .answers(Body::json::<ProfileAnswer>()),
    endpoint(Delete, "/v1/profiles/{id}", Secret, Profiles, "Erases a person, and certifies it.")
        .answers(Body::json::<EraseCertificate>()),
    endpoint(Get, "/v1/profiles/{id}/timeline", Secret, Profiles, "Reads a person's history, newest first.")
        .query(PAGING)
        .answers(Body::json::<TimelinePage>()),
    endpoint(Get, "/v1/profiles/{id}/predictions", Secret, Profiles, "Foretells what a person will take, and when.")
        .query(PREDICTED)
        .answers(Body::json::<PredictionsAnswer>()),
    endpoint(Get, "/v1/profiles/{id}/export", Secret, Profiles, "Exports everything held on a person.")
        .answers(Body::json::<ExportAnswer>()),
    endpoint(Post, "/v1/profiles/{id}/unmerge", Secret, Profiles, "Takes a merge back: two persons again.")
        .takes(Body::json::<UnmergeRequest>())
        .answers(Body::json::<UnmergeAnswer>()),
    endpoint(Get, "/v1/profiles/{id}/accesses", Secret, Profiles, "Lists who read a profile.")
        .query(PAGING)
        .answers(Body::json::<AccessPage>()),
    endpoint(Post, "/v1/identity/links", Secret, Profiles, "Signs a token that carries an identity on a link.")
        .takes(Body::json::<LinkRequest>())
        .answers(Body::json::<LinkAnswer>()),
    endpoint(Post, "/v1/identity/tokens", Secret, Profiles, "Signs a token by which a page proves who is logged in.")
        .takes(Body::json::<LinkRequest>())
        .answers(Body::json::<LinkAnswer>()),
    endpoint(Get, "/v1/tags", Secret, Segments, "Lists the tags of persons and contents.")
        .answers(Body::json::<TagList>()),
    endpoint(
        Get,
        "/v1/tags/{name}",
        Secret,
        Segments,
        "Tells of a tag who has it, what carries it, what came of that.",
    )
    .query(PERIOD)
    .answers(Body::json::<TagAnswer>()),
    endpoint(Get, "/v1/segments", Secret, Segments, "Lists the segments with their sizes.")
        .answers(Body::json::<SegmentList>()),
    endpoint(Get, "/v1/segments/{name}", Secret, Segments, "Reads a segment with its size.")
        .query(WAIT)
        .answers(Body::json::<SegmentAnswer>()),
    endpoint(Get, "/v1/segments/{name}/members", Secret, Segments, "Lists the members of a segment.")
        .query(PAGING)
        .answers(Body::json::<MembersPage>()),
    endpoint(Post, "/v1/segments/count", Secret, Segments, "Counts the profiles that several segments share.")
        .takes(Body::json::<CountRequest>())
        .answers(Body::json::<CountAnswer>()),
    endpoint(Post, "/v1/conditions/preview", Secret, Segments, "Counts the profiles that a draft would hold.")
        .takes(Body::json::<PreviewRequest>())
        .answers(Body::json::<PreviewAnswer>()),
    endpoint(Get, "/v1/definitions", Secret, Definitions, "Lists all definitions.")
        .answers(Body::json::<DefinitionList>()),
    endpoint(Put, "/v1/definitions", Secret, Definitions, "Publishes many definitions at once, or none of them.")
        .query(PUBLISHING)
        .takes(JSON)
        .answers(Body::json::<PublishedAnswer>()),
    endpoint(Get, "/v1/definitions/{kind}/{name}", Secret, Definitions, "Reads a definition.")
        .answers(Body::json::<DefinitionAnswer>()),
    endpoint(Put, "/v1/definitions/{kind}/{name}", Secret, Definitions, "Publishes a definition.")
        .query(PUBLISHING)
        .takes(JSON)
        .answers(Body::json::<PublishedAnswer>()),
    endpoint(Delete, "/v1/definitions/{kind}/{name}", Secret, Definitions, "Takes a definition away.")
        .query(PUBLISHING)
        .answers(Body::json::<PublishedAnswer>()),
    endpoint(Get, "/v1/drafts", Secret, Definitions, "Lists the drafts.").answers(Body::json::<DraftList>()),
    endpoint(Get, "/v1/drafts/{draft}", Secret, Definitions, "Reads a draft, against what is published.")
        .answers(Body::json::<DraftAnswer>()),
    endpoint(Put, "/v1/drafts/{draft}", Secret, Definitions, "Begins a draft on a revision, or sets it on another.")
        .takes(Body::json::<DraftRequest>())
        .answers(Body::json::<DraftSummary>()),
    endpoint(Delete, "/v1/drafts/{draft}", Secret, Definitions, "Drops a draft.").answers(Body::json::<DraftSummary>()),
    endpoint(Put, "/v1/drafts/{draft}/definitions/{kind}/{name}", Secret, Definitions, "Puts a definition in a draft.")
        .takes(JSON)
        .answers(Body::json::<DraftSummary>()),
    endpoint(
        Delete,
        "/v1/drafts/{draft}/definitions/{kind}/{name}",
        Secret,
        Definitions,
        "Marks a definition in a draft as taken away.",
    )
    .answers(Body::json::<DraftSummary>()),
    endpoint(Post, "/v1/drafts/{draft}/check", Secret, Definitions, "Says what publishing a draft would come to.")
        .answers(Body::json::<CheckAnswer>()),
    endpoint(Post, "/v1/drafts/{draft}/publish", Secret, Definitions, "Publishes a draft as one, and drops it.")
        .query(WAIT)
        .takes(Body::json::<PublishRequest>())
        .answers(Body::json::<PublishedAnswer>()),
    endpoint(Get, "/v1/revisions", Secret, Definitions, "Lists who published what, when and why, newest first.")
        .query(REVISIONS)
        .answers(Body::json::<RevisionPage>()),
    endpoint(Get, "/v1/revisions/{revision}", Secret, Definitions, "Reads what a revision changed.")
        .answers(Body::json::<RevisionAnswer>()),
    endpoint(Post, "/v1/revisions/{revision}/rollback", Secret, Definitions, "Publishes an earlier revision again.")
        .query(WAIT)
        .takes(Body::json::<PublishRequest>())
        .answers(Body::json::<PublishedAnswer>()),
    endpoint(Get, "/v1/thermometer", Secret, Quality, "Tells how many customers each of six failures concerns.")
        .query(FRESH)
        .answers(Body::json::<ThermometerAnswer>()),
    endpoint(Get, "/v1/sources/health", Secret, Quality, "Tells which sources are silent or not joined.")
        .query(FRESH)
        .answers(Body::json::<SourcesAnswer>()),
    endpoint(Get, "/v1/traits/unused", Secret, Quality, "Lists the traits that no decision has read for 90 days.")
        .query(FRESH)
        .answers(Body::json::<UnreadTraits>()),
    endpoint(Get, "/v1/reports/identification", Secret, Quality, "Ranks contents by how many people they make known.")
        .query(FRESH)
        .answers(Body::json::<IdentificationAnswer>()),
    endpoint(Get, "/v1/reports/unmet-demand", Secret, Quality, "Ranks what is searched for and cannot be had.")
        .query(DEMAND)
        .answers(Body::json::<UnmetDemandAnswer>()),
    endpoint(Get, "/v1/rejected", Secret, Quality, "Lists the rejected events, newest first.")
        .query(PAGING)
        .answers(Body::json::<RejectedPage>()),
    endpoint(Put, "/v1/rejected/{id}", Secret, Quality, "Corrects a rejected event.")
        .takes(Body::json::<CorrectionRequest>())
        .answers(Body::json::<RejectedEvent>()),
    endpoint(Post, "/v1/rejected/{id}/replay", Secret, Quality, "Sends a rejected event again.")
        .answers(Body::json::<ReplayAnswer>()),
    endpoint(Get, "/v1/live", Secret, Quality, "Streams what arrives and why something was refused: `LiveItem`s.")
        .answers(Body::of("text/event-stream")),
    endpoint(Get, "/v1/keys", Secret, Keys, "Lists the keys.").answers(Body::json::<KeyList>()),
    endpoint(Post, "/v1/keys", Secret, Keys, "Makes a key, and shows it this once.")
        .takes(Body::json::<KeyRequest>())
        .answers(Body::json::<KeyCreated>()),
    endpoint(Delete, "/v1/keys/{id}", Secret, Keys, "Revokes a key.")
        .query(OVERLAP)
        .answers(Body::json::<KeySummary>()),
    endpoint(Get, "/v1/status", Secret, System, "Counts over the whole project.").answers(Body::json::<StatusAnswer>()),
    endpoint(Post, "/v1/backup", Secret, System, "Copies everything into a folder while serving.")
        .takes(Body::json::<BackupRequest>())
        .answers(Body::json::<BackupAnswer>()),
    endpoint(Post, "/v1/test/clock", Secret, System, "Moves the test clock, timers included.")
        .takes(Body::json::<ClockRequest>())
        .answers(Body::json::<ClockAnswer>()),
    endpoint(Get, "/health", Nobody, System, "Says that the program is alive.").answers(Body::json::<HealthAnswer>()),
    endpoint(Get, "/ready", Nobody, System, "Says whether requests are taken.").answers(Body::json::<ReadyAnswer>()),
    endpoint(Get, "/metrics", Nobody, System, "Figures for Prometheus.").answers(Body::of("text/plain")),
    endpoint(Get, "/openapi.json", Nobody, System, "This description.").answers(JSON),
];

/// An endpoint of the tracking protocol.
const fn collect(path: &'static str, summary: &'static str) -> Endpoint {
    endpoint(Post, path, Public, Collect, summary).takes(JSON).answers(Body::json::<CollectAnswer>())
}

const fn endpoint(method: Method, path: &'static str, auth: Auth, tag: Tag, summary: &'static str) -> Endpoint {
    Endpoint { method, path, auth, tag, summary, query: &[], takes: None, answers: None }
}

impl Endpoint {
    const fn query(self, query: &'static [Query]) -> Self {
        Self { query, ..self }
    }

    const fn takes(self, body: Body) -> Self {
        Self { takes: Some(body), ..self }
    }

    const fn answers(self, body: Body) -> Self {
        Self { answers: Some(body), ..self }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::tracking::Route;

    #[test]
    fn no_endpoint_is_there_twice_and_each_is_said_in_a_sentence() {
        let unique: BTreeSet<_> = ENDPOINTS.iter().map(|endpoint| (endpoint.path, endpoint.method)).collect();
        assert_eq!(unique.len(), ENDPOINTS.len());
        for endpoint in ENDPOINTS {
            assert!(endpoint.path.starts_with('/'), "{}", endpoint.path);
            assert!(endpoint.summary.ends_with('.') || endpoint.summary.ends_with("`s."), "{}", endpoint.path);
        }
    }

    #[test]
    fn every_collecting_path_has_a_route_in_the_parser() {
        let collecting = ENDPOINTS.iter().filter(|endpoint| endpoint.tag == Collect && endpoint.auth == Public);
        for endpoint in collecting {
            let last = endpoint.path.rsplit('/').next().unwrap();
            assert!(last == "{type}" || Route::of(last).is_some(), "{}", endpoint.path);
        }
    }

    #[test]
    fn what_shows_a_person_needs_a_secret_key() {
        let is_for_pages = |e: &&Endpoint| {
            matches!(e.tag, Collect | Consent | System)
                || [
                    "/v1/decide",
                    "/v1/cart",
                    "/v1/find",
                    "/v1/recommend",
                    "/v1/search",
                    "/v1/autocomplete",
                    "/v1/stores/nearest",
                    "/v1/webhooks/{sender}",
                ]
                .contains(&e.path)
        };
        for endpoint in ENDPOINTS.iter().filter(|e| !is_for_pages(e)) {
            assert_eq!(endpoint.auth, Secret, "{}", endpoint.path);
        }
    }
}
