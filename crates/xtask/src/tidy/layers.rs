//! Who may depend on whom: the table of `ARCHITECTURE.md`, held against `cargo metadata`.

use serde_json::Value;

use super::Problem;
use crate::project::{Failed, Source, cargo, output};

/// One crate of the table.
pub(super) struct Layer {
    /// Its name.
    pub(super) name: &'static str,
    /// Which of ours it may use; `ANY` means all.
    uses: &'static [&'static str],
    /// Lines of `src` it must stay under.
    pub(super) lines: usize,
}

const ANY: &[&str] = &["*"];
const MODEL: &[&str] = &["model"];
const MODEL_CONDITION: &[&str] = &["model", "condition"];
const LOGIC: &[&str] = &["model", "condition", "assign"];
const ENGINE: &[&str] = &[
    "model",
    "condition",
    "assign",
    "measure",
    "profile",
    "segment",
    "context",
    "catalog",
    "recommend",
    "suggest",
    "search",
    "learn",
    "decide",
    "ledger",
    "journey",
];
const RECORD: &[&str] = &[
    "model",
    "condition",
    "assign",
    "measure",
    "profile",
    "segment",
    "context",
    "catalog",
    "recommend",
    "suggest",
    "search",
    "learn",
    "decide",
    "ledger",
    "journey",
    "engine",
    "store",
];
const RUNTIME: &[&str] = &[
    "model",
    "condition",
    "assign",
    "measure",
    "profile",
    "segment",
    "context",
    "catalog",
    "recommend",
    "suggest",
    "search",
    "learn",
    "decide",
    "ledger",
    "journey",
    "engine",
    "definition",
    "record",
    "store",
];
const SERVER: &[&str] = &[
    "model",
    "condition",
    "context",
    "catalog",
    "suggest",
    "search",
    "decide",
    "profile",
    "engine",
    "definition",
    "store",
    "runtime",
    "merchandise",
    "api",
    "ingest",
    "deliver",
];
const MERCHANDISE: &[&str] =
    &["model", "catalog", "search", "recommend", "decide", "suggest", "store", "runtime", "api", "ingest"];
const PROGRAM: &[&str] = &["api", "server", "sim", "world", "ingest", "recommend"];

const fn layer(name: &'static str, uses: &'static [&'static str], thousand_lines: usize) -> Layer {
    Layer { name, uses, lines: thousand_lines * 1_000 }
}

/// All crates, from the bottom up. `definition` may use what `engine` may, and `engine`.
pub(super) const LAYERS: &[Layer] = &[
    layer("model", &[], 4),
    layer("world", MODEL, 11),
    layer("condition", MODEL, 5),
    layer("assign", MODEL, 2),
    layer("measure", MODEL, 7),
    layer("profile", MODEL_CONDITION, 6),
    layer("segment", MODEL_CONDITION, 6),
    layer("context", MODEL, 4),
    layer("catalog", MODEL, 4),
    layer("recommend", MODEL_CONDITION, 7),
    layer("search", MODEL_CONDITION, 5),
    layer("learn", &["model", "measure"], 6),
    layer("decide", LOGIC, 7),
    layer("suggest", &["model", "condition", "catalog", "recommend", "decide"], 5),
    layer("ledger", &["model", "decide"], 2),
    layer("journey", LOGIC, 6),
    layer("engine", ENGINE, 6),
    layer(
        "definition",
        &["model", "condition", "assign", "measure", "profile", "segment", "suggest", "decide", "ledger", "engine"],
        7,
    ),
    layer("store", MODEL, 7),
    layer("api", MODEL_CONDITION, 9),
    layer("ingest", &["model", "condition", "catalog"], 10),
    layer("deliver", MODEL, 5),
    layer("record", RECORD, 5),
    layer("runtime", RUNTIME, 7),
    layer("merchandise", MERCHANDISE, 6),
    layer("server", SERVER, 9),
    layer("sim", &["model", "world", "api", "server"], 9),
    // Clients of a running program are most of it, and `evaluate` is one for two kinds of history.
    layer("prevenance", PROGRAM, 3),
    layer("testkit", ANY, 5),
    layer("xtask", ANY, 3),
    layer("bench", ANY, 4),
];

/// A dependency that only some crates may have.
struct Reserved {
    dependencies: &'static [&'static str],
    crates: &'static [&'static str],
    why: &'static str,
}

const RESERVED: &[Reserved] = &[
    Reserved {
        dependencies: &["serde", "serde_json", "toml"],
        crates: &[
            "api",
            "bench",
            "definition",
            "ingest",
            "merchandise",
            "prevenance",
            "server",
            "sim",
            "store",
            "testkit",
            "xtask",
        ],
        why: "serialization stays at the edges",
    },
    Reserved {
        dependencies: &["axum", "http", "hyper", "hyper-util", "tower", "tower-http", "utoipa"],
        crates: &["api", "bench", "server"],
        why: "only `api` and `server` know HTTP",
    },
    Reserved {
        dependencies: &["tokio", "futures"],
        crates: &["bench", "deliver", "prevenance", "server", "sim"],
        why: "async is only where there is I/O to wait for",
    },
    Reserved { dependencies: &["fjall", "redb"], crates: &["bench", "store"], why: "only `store` knows bytes on disk" },
    Reserved { dependencies: &["tantivy"], crates: &["search"], why: "it takes minutes to build, and one crate waits" },
    Reserved {
        dependencies: &["testkit"],
        crates: &["bench", "xtask"],
        why: "`testkit` is for tests: make it a dev-dependency",
    },
];

/// What cargo knows of the workspace.
pub(super) fn metadata() -> Result<Value, Failed> {
    let printed = output(&mut cargo(&["metadata", "--no-deps", "--format-version", "1"]))?;
    serde_json::from_str(&printed).map_err(|error| format!("cargo metadata: {error}"))
}

/// Checks each crate's dependencies; those for tests and builds are free, except that `model` has none.
pub(super) fn check(metadata: &Value) -> Vec<Problem> {
    let mut problems = Vec::new();
    let packages = metadata["packages"].as_array().map(Vec::as_slice).unwrap_or_default();
    let names: Vec<&str> = packages.iter().filter_map(|package| package["name"].as_str()).collect();
    for package in packages {
        let name = package["name"].as_str().unwrap_or_default();
        let manifest = format!("crates/{name}/Cargo.toml");
        let Some(layer) = LAYERS.iter().find(|layer| layer.name == name) else {
            problems.push(Problem::new(manifest, 0, "not in the table of crates: add it to xtask's `LAYERS`"));
            continue;
        };
        let dependencies = package["dependencies"].as_array().map(Vec::as_slice).unwrap_or_default();
        for dependency in dependencies.iter().filter(|dependency| dependency["kind"].is_null()) {
            let used = dependency["name"].as_str().unwrap_or_default();
            problems.extend(refusal(layer, used, &names).map(|why| Problem::new(&manifest, 0, why)));
        }
    }
    problems
}

fn refusal(layer: &Layer, used: &str, ours: &[&str]) -> Option<String> {
    let name = layer.name;
    if name == "model" {
        return Some(format!("`model` has no dependency, so not `{used}` either"));
    }
    if let Some(rule) = RESERVED.iter().find(|rule| rule.dependencies.contains(&used) && !rule.crates.contains(&name)) {
        return Some(format!("`{name}` must not use `{used}`: {}", rule.why));
    }
    let allowed = layer.uses == ANY || !ours.contains(&used) || used == "testkit" || layer.uses.contains(&used);
    (!allowed).then(|| format!("`{name}` must not use `{used}`: arrows point down (ARCHITECTURE.md)"))
}

/// What a handler of a route must not name. It may show what the engine's types say of a person; it never applies a
/// command, touches a state, or reads the store: it speaks to `runtime`.
const NOT_IN_HANDLERS: &[&str] =
    &["store::", "record::", "engine::apply", "engine::state", "engine::wants", "engine::admit"];

/// A handler of a route never touches storage or the engine's state.
pub(super) fn check_handlers(sources: &[Source]) -> Vec<Problem> {
    let mut problems = Vec::new();
    for source in sources.iter().filter(|source| source.path.starts_with("crates/server/src/routes/")) {
        for (index, line) in source.text.lines().enumerate() {
            let uses = |name: &str| line.contains(name) && !line.trim_start().starts_with("//");
            if let Some(name) = NOT_IN_HANDLERS.iter().find(|name| uses(name)) {
                problems.push(Problem::new(&source.path, index + 1, format!("a handler does not touch `{name}`")));
            }
        }
    }
    problems
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn refused(name: &str, dependencies: &[(&str, Option<&str>)]) -> Vec<String> {
        let dependencies: Vec<Value> =
            dependencies.iter().map(|(name, kind)| json!({"name": name, "kind": kind})).collect();
        let package = |name: &str, dependencies: &[Value]| json!({"name": name, "dependencies": dependencies});
        let others = ["engine", "store", "model"].into_iter().filter(|other| *other != name);
        let mut packages: Vec<Value> = others.map(|other| package(other, &[])).collect();
        packages.push(package(name, &dependencies));
        check(&json!({"packages": packages})).into_iter().map(|problem| problem.message).collect()
    }

    #[test]
    fn arrows_point_down() {
        assert_eq!(refused("profile", &[("model", None), ("thiserror", None)]), Vec::<String>::new());
        assert_eq!(refused("store", &[("engine", None)]).len(), 1);
        assert_eq!(refused("profile", &[("engine", Some("dev"))]), Vec::<String>::new(), "tests are free");
    }

    #[test]
    fn some_dependencies_are_reserved() {
        assert_eq!(refused("engine", &[("serde", None)]).len(), 1);
        assert_eq!(refused("runtime", &[("axum", None)]).len(), 1);
        assert_eq!(refused("server", &[("axum", None), ("serde_json", None)]), Vec::<String>::new());
        assert_eq!(refused("model", &[("libm", None)]).len(), 1);
        assert_eq!(refused("server", &[("testkit", None)]).len(), 1);
    }

    #[test]
    fn a_crate_that_is_not_in_the_table_is_a_problem() {
        assert_eq!(refused("gadget", &[]).len(), 1);
    }
}
