//! The words that names and descriptions of items are made of. Brands are invented.

use super::Family;

/// A brand and the families that it makes.
pub(super) const BRANDS: [(&str, &[Family]); 32] = [
    ("Orvalis", &[Boots, Rain, Winter, Packs, Socks]),
    ("Kestrane", &[Boots, Trail, Socks, Care]),
    ("Brumelune", &[Rain, Winter, Camp, Kids]),
    ("Valgrève", &[Boots, Packs, Poles, Maps]),
    ("Tormiel", &[Kitchen, Camp, Packs]),
    ("Huldane", &[Winter, Socks, Rain, Kids]),
    ("Nordaube", &[Winter, Rain, Camp, Poles]),
    ("Ravelour", &[Trail, Socks, Rain, Kitchen]),
    ("Sylvarne", &[Boots, Kids, Care, Maps]),
    ("Cairnelle", &[Poles, Packs, Maps, Camp]),
    ("Altébrune", &[Boots, Winter, Rain, Poles]),
    ("Murgane", &[Trail, Rain, Packs, Winter]),
    ("Pasquerol", &[Kids, Socks, Boots, Kitchen]),
    ("Lombrève", &[Care, Socks, Boots]),
    ("Fjeldane", &[Winter, Camp, Packs, Rain]),
    ("Estrivel", &[Trail, Poles, Socks, Kids]),
    ("Ormecime", &[Maps, Poles, Packs]),
    ("Grésivane", &[Boots, Rain, Care, Kids]),
    ("Talvère & Fils", &[Care, Boots, Kitchen]),
    ("Windermoor", &[Rain, Winter, Socks, Maps]),
    ("Braithe", &[Boots, Trail, Rain, Camp]),
    ("Skellane", &[Trail, Packs, Winter, Kitchen]),
    ("Corrieford", &[Camp, Kitchen, Packs, Poles]),
    ("Hollinfell", &[Kids, Winter, Socks, Care]),
    ("Penhallard", &[Maps, Kitchen, Rain]),
    ("Oustalet Nord", &[Camp, Kitchen, Kids]),
    ("Marmoliane", &[Trail, Poles, Packs, Socks]),
    ("Vercorane", &[Boots, Trail, Poles, Camp]),
    ("Quairand", &[Maps, Care, Kitchen]),
    ("Lapisel", &[Socks, Winter, Kids, Trail]),
    ("Tarnevive", &[Care, Maps, Poles, Rain]),
    ("Ubanelle", &[Packs, Camp, Kids, Boots]),
];

use Family::{Boots, Camp, Care, Kids, Kitchen, Maps, Packs, Poles, Rain, Socks, Trail, Winter};

/// Names of lines: a brand has one item of a line in a category.
pub(super) const LINES: [&str; 59] = [
    "Adret",
    "Alouette",
    "Ancolie",
    "Arête",
    "Aube",
    "Aulne",
    "Belvédère",
    "Bise",
    "Bivouac",
    "Bouleau",
    "Brindille",
    "Bruyère",
    "Cairn",
    "Cascade",
    "Combe",
    "Corniche",
    "Crête",
    "Draille",
    "Embrun",
    "Épervier",
    "Érable",
    "Faîne",
    "Fougère",
    "Galet",
    "Genêt",
    "Gentiane",
    "Givre",
    "Granit",
    "Grive",
    "Hêtre",
    "Isard",
    "Lande",
    "Lauze",
    "Lichen",
    "Loutre",
    "Marais",
    "Marmotte",
    "Mélèze",
    "Mésange",
    "Moraine",
    "Mousse",
    "Myrtille",
    "Névé",
    "Nuage",
    "Orage",
    "Pierrier",
    "Piste",
    "Ravin",
    "Roseau",
    "Rosée",
    "Schiste",
    "Sente",
    "Sorbier",
    "Source",
    "Tilleul",
    "Torrent",
    "Tourbe",
    "Ubac",
    "Vallon",
];

/// What sets an item apart: in French after the noun, in English before it; then why it matters.
#[derive(Debug)]
pub(super) struct Property {
    /// Short: for the name.
    pub name: (&'static str, &'static str),
    /// A sentence: for the description.
    pub why: (&'static str, &'static str),
}

const fn property(name: (&'static str, &'static str), why: (&'static str, &'static str)) -> Property {
    Property { name, why }
}

/// The properties of a family.
pub(super) const fn properties(family: Family) -> &'static [Property; 5] {
    match family {
        Boots => &BOOTS,
        Trail => &TRAIL,
        Socks => &SOCKS,
        Poles => &POLES,
        Packs => &PACKS,
        Rain => &RAIN,
        Winter => &WINTER,
        Care => &CARE,
        Maps => &MAPS,
        Kids => &KIDS,
        Camp => &CAMP,
        Kitchen => &KITCHEN,
    }
}

const BOOTS: [Property; 5] = [
    property(
        ("en cuir", "leather"),
        ("Le cuir se fait au pied et se ressemelle.", "The leather shapes itself to the foot and can be resoled."),
    ),
    property(
        ("à bout renforcé", "reinforced-toe"),
        ("Le bout renforcé protège des pierres.", "The reinforced toe protects against stones."),
    ),
    property(
        ("à semelle souple", "soft-soled"),
        ("La semelle souple déroule bien le pas.", "The soft sole rolls well with each step."),
    ),
    property(
        ("à semelle crantée", "deep-lugged"),
        ("Les crampons profonds tiennent dans la boue.", "The deep lugs hold in mud."),
    ),
    property(
        ("à laçage rapide", "quick-lace"),
        ("Le laçage rapide se serre d’une main.", "The quick laces tighten with one hand."),
    ),
];

const TRAIL: [Property; 5] = [
    property(
        ("à séchage rapide", "quick-drying"),
        ("Le tissu sèche en une heure.", "The fabric dries within an hour."),
    ),
    property(
        ("tout en légèreté", "featherweight"),
        ("On l’oublie après le premier kilomètre.", "You forget it after the first kilometer."),
    ),
    property(
        ("en fibres recyclées", "recycled-fiber"),
        ("Les fibres recyclées durent autant que les neuves.", "Recycled fibers last as long as new ones."),
    ),
    property(
        ("à coutures plates", "flat-seamed"),
        ("Les coutures plates n’irritent pas la peau.", "The flat seams do not chafe."),
    ),
    property(
        ("à détails réfléchissants", "reflective"),
        ("Les détails réfléchissants se voient de loin.", "The reflective details are seen from afar."),
    ),
];

const SOCKS: [Property; 5] = [
    property(
        ("en laine mérinos", "merino"),
        ("La laine mérinos garde les pieds au sec et ne sent pas.", "Merino keeps feet dry and does not smell."),
    ),
    property(
        ("à double épaisseur", "double-layer"),
        ("La double épaisseur évite les ampoules.", "The double layer prevents blisters."),
    ),
    property(
        ("à tige haute", "high-cut"),
        ("La tige haute dépasse de la chaussure.", "The high cut reaches above the boot."),
    ),
    property(
        ("à talon renforcé", "reinforced-heel"),
        ("Le talon renforcé dure plus longtemps.", "The reinforced heel lasts longer."),
    ),
    property(
        ("en fibres recyclées", "recycled-fiber"),
        ("Les fibres recyclées sèchent vite.", "The recycled fibers dry quickly."),
    ),
];

const POLES: [Property; 5] = [
    property(("en carbone", "carbon"), ("Le carbone amortit les vibrations.", "Carbon dampens vibration.")),
    property(("en aluminium", "aluminum"), ("L’aluminium plie sans se rompre.", "Aluminum bends without breaking.")),
    property(("à poignée de liège", "cork-grip"), ("Le liège reste sec dans la main.", "Cork stays dry in the hand.")),
    property(
        ("à réglage rapide", "quick-adjust"),
        ("La longueur se règle avec des gants.", "The length is set with gloves on."),
    ),
    property(
        ("pour petites tailles", "short-length"),
        ("Pour celles et ceux qui mesurent moins de 1,65 m.", "For people under 1.65 m."),
    ),
];

const PACKS: [Property; 5] = [
    property(
        ("à fermeture roulée", "roll-top"),
        ("La fermeture roulée s’adapte à ce qu’on emporte.", "The roll-top adapts to what you carry."),
    ),
    property(
        ("de couleur vive", "bright-colored"),
        ("La couleur vive se voit dans le brouillard.", "The bright color is seen in fog."),
    ),
    property(
        ("en toile recyclée", "recycled-canvas"),
        ("La toile recyclée résiste au frottement.", "The recycled canvas resists wear."),
    ),
    property(
        ("à coutures renforcées", "reinforced-seam"),
        ("Les coutures renforcées tiennent la charge.", "The reinforced seams bear the load."),
    ),
    property(
        ("sans superflu", "minimalist"),
        ("Rien de trop : il pèse peu et se répare bien.", "Nothing in excess: it is light and easy to repair."),
    ),
];

const RAIN: [Property; 5] = [
    property(
        ("en trois couches", "three-layer"),
        ("Trois couches : étanche au dehors, sec au dedans.", "Three layers: tight outside, dry inside."),
    ),
    property(
        ("à coutures soudées", "taped-seam"),
        ("Les coutures soudées ne laissent rien passer.", "The taped seams let nothing through."),
    ),
    property(("à faible volume", "packable"), ("Replié, cela tient dans une main.", "Folded, it fits in one hand.")),
    property(("à aérations", "vented"), ("Les aérations s’ouvrent à la montée.", "The vents open on the way up.")),
    property(
        ("sans composés fluorés", "fluorine-free"),
        (
            "Le traitement sans composés fluorés se renouvelle au lavage.",
            "The fluorine-free treatment is renewed in the wash.",
        ),
    ),
];

const WINTER: [Property; 5] = [
    property(("en laine", "wool"), ("La laine tient chaud même humide.", "Wool stays warm even when damp.")),
    property(
        ("en matière recyclée", "recycled"),
        ("La matière recyclée se lave à 30 °C.", "The recycled material washes at 30 °C."),
    ),
    property(("à membrane coupe-vent", "windproof"), ("Le vent ne passe pas.", "Wind stays out.")),
    property(
        ("à faible volume", "low-bulk"),
        ("Tout tient dans un coin du sac.", "It all fits in a corner of the pack."),
    ),
    property(("pour grand froid", "deep-cold"), ("Pour les jours sous −10 °C.", "For days below −10 °C.")),
];

const CARE: [Property; 5] = [
    property(("longue durée", "long-lasting"), ("De quoi tenir toute une saison.", "Enough to last a whole season.")),
    property(
        ("pour usage intensif", "heavy-use"),
        ("Pour qui marche chaque semaine.", "For those who walk every week."),
    ),
    property(
        ("sans plastique", "plastic-free"),
        ("Ni plastique ni emballage superflu.", "No plastic and no needless packaging."),
    ),
    property(
        ("d’atelier", "workshop"),
        ("La même qualité que dans notre atelier.", "The same quality as in our workshop."),
    ),
    property(
        ("format voyage", "travel-size"),
        ("Le format voyage se glisse dans une poche.", "The travel size slips into a pocket."),
    ),
];

const MAPS: [Property; 5] = [
    property(
        ("de la Bretagne", "Brittany"),
        ("Côtes, landes et îles, avec les horaires de marée.", "Coasts, moors and islands, with tide tables."),
    ),
    property(("des Alpes", "Alps"), ("Cols, refuges et variantes d’altitude.", "Passes, huts and high variants.")),
    property(
        ("des Pyrénées", "Pyrenees"),
        ("De l’océan à la mer, étape par étape.", "From ocean to sea, stage by stage."),
    ),
    property(
        ("du Massif central", "Massif Central"),
        ("Volcans, plateaux et gorges.", "Volcanoes, plateaus and gorges."),
    ),
    property(
        ("du pays de Galles et des lacs", "Wales and Lakes"),
        ("Crêtes, lacs et vallées, avec les sentiers ouverts.", "Ridges, lakes and valleys, with open paths."),
    ),
];

const KIDS: [Property; 5] = [
    property(
        ("qui grandit d’une taille", "grow-with-me"),
        ("Se règle d’une taille, pour durer deux saisons.", "Adjusts by one size, to last two seasons."),
    ),
    property(
        ("à lavage facile", "machine-washable"),
        ("Passe en machine avec le reste.", "Goes into the machine with everything else."),
    ),
    property(
        ("de couleur vive", "bright-colored"),
        ("La couleur vive se voit de loin.", "The bright color is seen from afar."),
    ),
    property(
        ("à renforts", "hard-wearing"),
        ("Avec des renforts là où les enfants usent tout.", "Reinforced where children wear things out."),
    ),
    property(
        ("au toucher doux", "soft-touch"),
        ("Rien ne gratte et les étiquettes sont imprimées.", "Nothing itches, and labels are printed."),
    ),
];

const CAMP: [Property; 5] = [
    property(
        ("tout temps", "all-weather"),
        ("De mars à octobre, par tous les temps.", "From March to October, in any weather."),
    ),
    property(
        ("format compact", "compact"),
        ("Rangé, cela tient en travers d’un sac à dos.", "Packed, it lies across a backpack."),
    ),
    property(
        ("pour longs séjours", "long-stay"),
        ("Pour rester dehors une semaine et davantage.", "For staying out a week and longer."),
    ),
    property(
        ("en matière recyclée", "recycled"),
        ("La matière recyclée se répare avec le kit fourni.", "The recycled material is mended with the kit included."),
    ),
    property(
        ("grand confort", "comfort"),
        ("Un peu plus de poids, beaucoup plus de repos.", "A little more weight, much more rest."),
    ),
];

const KITCHEN: [Property; 5] = [
    property(
        ("pour une personne", "one-person"),
        ("Juste ce qu’il faut pour partir en solitaire.", "Just enough to set out alone."),
    ),
    property(("pour deux", "two-person"), ("De quoi partager.", "Enough to share.")),
    property(("format léger", "lightweight"), ("Chaque gramme a été compté.", "Every gram was counted.")),
    property(
        ("sans plastique", "plastic-free"),
        ("Aucun plastique au contact de l’eau ou du repas.", "No plastic touches water or food."),
    ),
    property(
        ("pour longs séjours", "long-stay"),
        ("Pour rester dehors une semaine et davantage.", "For staying out a week and longer."),
    ),
];

/// What something is for, in both languages, as after "for".
pub(super) fn purpose(purpose: &str) -> (&'static str, &'static str) {
    match purpose {
        "trek" => ("le trek de plusieurs jours", "treks of several days"),
        "alpine" => ("l’alpinisme facile", "easy mountaineering"),
        "city" => ("la ville et les week-ends", "town and weekends"),
        "trail" => ("la course en sentier", "trail running"),
        _ => ("la randonnée à la journée", "day hikes"),
    }
}

/// Where something is used, in both languages.
pub(super) fn terrain(terrain: &str) -> (&'static str, &'static str) {
    match terrain {
        "coast" => ("au bord de la mer", "by the sea"),
        "forest" => ("en forêt", "in the forest"),
        "snow" => ("sur la neige", "on snow"),
        _ => ("en montagne", "in the mountains"),
    }
}
