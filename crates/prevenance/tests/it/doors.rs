//! The two doors of the simulator: in this process and over HTTP the same bytes go out, because the same answers come
//! back.

use std::{
    fs::File,
    io::BufWriter,
    path::{Path, PathBuf},
};

use model::time::Timestamp;
use sim::{
    door::Door,
    drive::{Driver, Tally},
    grade::Watch,
    run::{self, Options, Product, SimError},
    shop::Keys,
};
use testkit::process::{self, Server};
use world::{Seed, Size, World, calendar::Day};

use crate::shop::PROGRAM;

/// Small, for a debug build: the bytes are the same at every size or at none.
const SIZE: Size = Size::of(80, 60, 4);
const SEED: Seed = Seed(11);

fn start() -> Timestamp {
    api::time::read("2025-10-01T00:00:00Z").unwrap()
}

fn options(folder: &Path) -> Options {
    Options {
        seed: SEED,
        size: SIZE,
        start: start(),
        data: folder.join("data"),
        truth: folder.join("truth"),
        live: SIZE.days(),
        width: 1,
        record: None,
    }
}

/// Lives the world through a door and gives every byte that was sent.
async fn sent(world: &std::sync::Arc<World>, door: &Door, keys: &Keys, to: PathBuf) -> (Tally, Vec<u8>) {
    let mut driver = Driver::new(world, door, keys, 1);
    driver.record(Box::new(BufWriter::new(File::create(&to).unwrap())));
    let mut watch = Watch::new(world.clone(), Day(0));
    let tally = driver.run(Day(0), &mut watch).await.unwrap();
    drop(driver);
    (tally, std::fs::read(&to).unwrap())
}

#[test]
fn both_doors_carry_the_same_bytes() {
    let folder = tempfile::tempdir().unwrap();
    let world = std::sync::Arc::new(World::new(SEED, SIZE, start()));
    let threads = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let inside = threads.block_on(async {
        let product = Product::start(&options(folder.path()), &world).await.unwrap();
        let sent = sent(&world, &product.door, &product.keys, folder.path().join("inside")).await;
        product.stop().await.unwrap();
        sent
    });
    let clock = Some(start());
    let mut program =
        Server::start(PROGRAM, process::Options { clock, seed: Some(SEED.0), ..process::Options::default() });
    let outside = threads.block_on(async {
        let (door, keys) = run::join(program.url(), process::SECRET_KEY, &world).await.unwrap();
        let sent = sent(&world, &door, &keys, folder.path().join("outside")).await;
        let second = run::join(program.url(), process::SECRET_KEY, &world).await.err();
        assert!(matches!(second, Some(SimError::NotEmpty(_))), "a second simulator is refused: {second:?}");
        sent
    });
    program.stop();
    assert!(inside.0.events > 400 && inside.0.asked > 50, "{:?}", inside.0);
    assert_eq!(inside.0, outside.0);
    assert!(inside.1 == outside.1, "the same bytes; see the two files");
}

#[test]
fn the_truth_does_not_lie_where_the_product_could_read_it() {
    let folder = tempfile::tempdir().unwrap();
    let world = std::sync::Arc::new(World::new(SEED, Size::of(5, 60, 1), start()));
    let options = Options { truth: folder.path().join("data/truth"), ..options(folder.path()) };
    let threads = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let refused = threads.block_on(async {
        let product = Product::start(&options, &world).await.unwrap();
        let mut watch = Watch::new(world.clone(), Day(0));
        let lived = run::live(&world, &product.door, &product.keys, &options, &mut watch).await;
        product.stop().await.unwrap();
        lived
    });
    assert!(refused.unwrap_err().to_string().contains("outside of the product's data folder"));
}

#[test]
fn a_folder_that_holds_something_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let options = options(folder.path());
    std::fs::create_dir_all(&options.data).unwrap();
    std::fs::write(options.data.join("note"), "mine").unwrap();
    let world = World::new(SEED, Size::of(5, 60, 1), start());
    let threads = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let refused = threads.block_on(Product::start(&options, &world)).err();
    assert!(matches!(refused, Some(SimError::NotEmpty(_))));
}
