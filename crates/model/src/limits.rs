//! Every limit of what comes in or is kept, by name. Each is tested at the limit and one beyond (invariant 7).

/// Bytes in the name of a definition.
pub const NAME_BYTES: usize = 64;
/// Bytes in the value of an identifier.
pub const IDENTIFIER_BYTES: usize = 256;
/// Bytes of one event, as sent.
pub const EVENT_BYTES: usize = 32 * 1024;
/// Bytes of a request body, after decompression.
pub const BODY_BYTES: usize = 5 * 1024 * 1024;
/// Events of one batch that are read; those beyond are rejected one by one.
pub const BATCH_EVENTS: usize = 2_500;
/// Events of one body that are looked at at all; with more, the whole body is refused.
pub const BODY_EVENTS: usize = 10_000;
/// Bytes in a `message_id`.
pub const MESSAGE_ID_BYTES: usize = 100;
/// Bytes in the name of an event.
pub const EVENT_NAME_BYTES: usize = 200;
/// Levels of nesting in an event's properties.
pub const VALUE_DEPTH: usize = 16;
/// Values in an event's properties, nested ones included.
pub const EVENT_VALUES: usize = 4_096;
/// Identifiers that one event may carry.
pub const EVENT_IDENTIFIERS: usize = 16;
/// Milliseconds by which an event's corrected timestamp may lie ahead of the server's clock; beyond, it is rejected.
pub const FUTURE_MS: i64 = 24 * 3_600_000;
/// Bytes of a condition's text.
pub const CONDITION_BYTES: usize = 16 * 1024;
/// Tokens of a condition, counted before it is parsed.
pub const CONDITION_TOKENS: usize = 1_000;
/// Segments of one project.
pub const SEGMENTS: usize = 2_000;
/// Tags of persons of one project.
pub const TAGS: usize = 500;
/// Actions that give one tag.
pub const TAG_ACTIONS: usize = 50;
/// Scores of one project.
pub const SCORES: usize = 100;
/// Rules of one score, and conditions of one.
pub const SCORE_RULES: usize = 50;
/// Days of contents of which one partition counts how they did.
pub const CONTENT_DAYS: usize = 4_000;
/// Features of one model.
pub const MODEL_FEATURES: usize = 50;
/// Purposes of consent of one project.
pub const PURPOSES: usize = 50;
/// Consent categories of one project that are mapped to purposes.
pub const CONSENT_CATEGORIES: usize = 200;
/// Characters in the id of a consent category, as the client's consent tool made it up.
pub const CONSENT_CATEGORY_CHARS: usize = 200;
/// Namespaces of identifiers of one project.
pub const NAMESPACES: usize = 50;
/// Sources of one project.
pub const SOURCES: usize = 200;
/// Traits that the schema of one project defines.
pub const DEFINED_TRAITS: usize = 1_000;
/// Entries of one list in a definition: the purposes of a source, the choices of a trait.
pub const DEFINITION_LIST: usize = 200;
/// Bytes of a description in a definition.
pub const DESCRIPTION_BYTES: usize = 2_000;
/// Bytes of the words in which a source states its legal basis.
pub const BASIS_BYTES: usize = 200;
/// Drafts of one project.
pub const DRAFTS: usize = 100;
/// Bytes of all names and documents of one draft, as JSON without white space.
pub const DRAFT_BYTES: usize = 5 * 1024 * 1024;
/// Characters in the name of who publishes.
pub const AUTHOR_CHARS: usize = 200;
/// Characters in the reason that somebody gives for a publication.
pub const REASON_CHARS: usize = 500;
/// Traits of one profile.
pub const PROFILE_TRAITS: usize = 1_000;
/// Values kept of one trait, one for each source and kind.
pub const TRAIT_VALUES: usize = 32;
/// Partitions of an installation, at most.
pub const PARTITIONS: u16 = 1_024;
/// Profiles that one identifier may try to join before it is quarantined as suspicious.
pub const JOINED_PROFILES: usize = 20;
/// Entries of one page of a listing.
pub const PAGE: usize = 1_000;
/// Placements of one project.
pub const PLACEMENTS: usize = 500;
/// Contents of one project.
pub const CONTENTS: usize = 10_000;
/// Experiences of one project.
pub const EXPERIENCES: usize = 1_000;
/// Layers of one project.
pub const LAYERS: usize = 100;
/// Variants of one experience, its control among them.
pub const VARIANTS: usize = 20;
/// Caps of one experience.
pub const CAPS: usize = 5;
/// Most that one cap may allow in its period: the ledger keeps no more of an experience.
pub const CAP_MOST: u16 = 100;
/// Contents that one placement may show at once.
pub const PLACEMENT_CONTENTS: u16 = 50;
/// Languages of one content.
pub const CONTENT_LANGUAGES: usize = 50;
/// Bytes of the payload of one content in one language, as JSON.
pub const PAYLOAD_BYTES: usize = 64 * 1024;
/// Tokens in one text of a payload.
pub const TEXT_TOKENS: usize = 50;
/// Bytes of a trait's value as a token writes it; a longer one is treated as missing.
pub const TOKEN_VALUE_BYTES: usize = 200;
/// Seconds for which a decision may be kept by who asked for it, at most.
pub const DECISION_TTL_S: u32 = 600;
/// Seconds for which an answer may be kept that was given for want of time, or because there is no such placement (yet):
/// long enough that asking again does not add to an overload, short enough that nobody notices it once that is over.
pub const ERROR_TTL_S: u32 = 5;
/// Contents among which one variant may choose: those of its pool.
pub const POOL_CONTENTS: usize = 200;
/// Pairs of a content and a keyword of which one partition counts who landed and who went back.
pub const LANDINGS: usize = 300;
/// Keywords for which contents are withdrawn, over all contents.
pub const WITHDRAWN: usize = 500;
/// Experiences whose wins are kept of one side: those that won last.
pub const LEDGER_EXPERIENCES: usize = 200;
/// Contents of which the ledger of one side keeps that they were shown: those shown last.
pub const LEDGER_CONTENTS: usize = 500;
/// Pages of which the ledger of one side keeps what they cost in points of intrusion.
pub const LEDGER_SPENT: usize = 100;
/// Placements that one call may ask for.
pub const PAGE_PLACEMENTS: usize = 64;
/// Languages that one call may name.
pub const PAGE_LANGUAGES: usize = 20;
/// Bytes of a topic of an interest, its family included; an event's longer ones are passed over.
pub const TOPIC_BYTES: usize = 200;
/// Counts that are kept of what one side said about topics, one for each topic, day and signal.
pub const DIGEST_COUNTS: usize = 4_000;
/// Of these, counts of one day, so that no single day drives out all others.
pub const DIGEST_DAY_COUNTS: usize = 500;
/// Attributes of products whose values are topics of interests.
pub const INTEREST_ATTRIBUTES: usize = 20;
/// Items that one recommender shows at most.
pub const SUGGESTED: usize = 48;
/// Candidates of a recommender that a decision's record keeps: the best of those that were looked at.
pub const CANDIDATES_KEPT: usize = 30;
/// Recommenders that a project may define.
pub const RECOMMENDERS: usize = 200;
/// Algorithms of one recommender, its fallbacks included.
pub const RECOMMENDER_ALGORITHMS: usize = 6;
/// Items that one recommender pins or excludes by id.
pub const RECOMMENDER_ITEMS: usize = 500;
/// Boosts of one recommender.
pub const RECOMMENDER_BOOSTS: usize = 50;
/// Finders that a project may define.
pub const FINDERS: usize = 50;
/// Synonyms that a project may define.
pub const SYNONYMS: usize = 1_000;
/// Phrases of one synonym.
pub const SYNONYM_PHRASES: usize = 10;
/// Words of one of these phrases.
pub const SYNONYM_WORDS: usize = 10;
/// Bytes of one of these phrases.
pub const SYNONYM_BYTES: usize = 100;
/// Questions that a finder asks one person at most: people have no time (requirements CON-11).
pub const FINDER_ASKED: u16 = 4;
/// Questions among which it chooses.
pub const FINDER_QUESTIONS: usize = 20;
/// Items that it shows at most (requirements CON-11).
pub const FINDER_ITEMS: u16 = 6;
/// Answers that it offers to one question.
pub const FINDER_ANSWERS: usize = 24;
