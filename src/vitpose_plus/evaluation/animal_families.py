"""AP-10K's species by family, as its files' `supercategory` has them."""

from vitpose_plus.errors import AnnotationError

AP10K_FAMILIES = {
    "Bovidae": ("antelope", "argali sheep", "bison", "buffalo", "cow", "sheep"),
    "Canidae": ("arctic fox", "dog", "fox", "wolf"),
    "Castoridae": ("beaver",),
    "Cercopithecidae": (
        "alouatta",
        "monkey",
        "noisy night monkey",
        "spider monkey",
        "uakari",
    ),
    "Cervidae": ("deer", "moose"),
    "Cricetidae": ("hamster",),
    "Elephantidae": ("elephant",),
    "Equidae": ("horse", "zebra"),
    "Felidae": (
        "bobcat",
        "cat",
        "cheetah",
        "jaguar",
        "king cheetah",
        "leopard",
        "lion",
        "panther",
        "snow leopard",
        "tiger",
    ),
    "Giraffidae": ("giraffe",),
    "Hippopotamidae": ("hippo",),
    "Hominidae": ("chimpanzee", "gorilla", "orangutan"),
    "Leporidae": ("rabbit",),
    "Mephitidae": ("skunk",),
    "Muridae": ("mouse", "rat"),
    "Mustelidae": ("otter", "weasel"),
    "Procyonidae": ("raccoon",),
    "Rhinocerotidae": ("rhino",),
    "Sciuridae": ("marmot", "squirrel"),
    "Suidae": ("pig",),
    "Talpidae": ("mole",),
    "Ursidae": ("black bear", "brown bear", "panda", "polar bear"),
    "Vespertilionidae": ("bat",),
}
"""54 species in 23 families."""


def family_of(species: str) -> str:
    """A species' family.

    Raises:
        AnnotationError: it is none of AP-10K's.
    """
    for family, members in AP10K_FAMILIES.items():
        if species in members:
            return family
    raise AnnotationError(
        f"category {species!r} is no species of AP-10K, so its family is not known: mend the "
        "category's name, or evaluate by species alone"
    )
