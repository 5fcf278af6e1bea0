"""The words and the fixed facts of the little world. Everything that is true in it stands here."""

from __future__ import annotations

DAYS = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split()
MONTHS = "January February March April May June July August September October November December".split()
DAYS_IN_MONTH = dict(zip(MONTHS, (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)))
SEASONS = dict(
    zip(MONTHS, "winter winter spring spring spring summer summer summer autumn autumn autumn winter".split())
)
ORDINALS = "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth".split()
ALPHABET = "abcdefghijklmnopqrstuvwxyz"

PEOPLE = {
    name: pronoun
    for pronoun, names in {
        "she": "Anna Mia Lily Sara Emma Nora Ruth Zoe Eva Lucy Ida Rosa",
        "he": "Tom Ben Max Leo Sam Jack Paul Otto Finn Hugo Adam Noah",
    }.items()
    for name in names.split()
}

PLACES = "garden kitchen barn school park forest library tower castle shop station hall office cave museum attic".split()

OBJECTS = "ball book key lamp hat cup box drum kite coat bell ring map pen shoe spoon rope coin basket umbrella".split()

COLORS = "red blue green yellow black white brown pink orange purple".split()

FOODS = "apple pear plum egg cake cookie carrot potato nut banana cherry lemon".split()

# Animal: (sound, legs, the young, home, can it fly), from the smallest to the biggest.
ANIMALS = {
    "ant": (None, 6, None, "ground", False),
    "bee": ("buzz", 6, None, "hive", True),
    "spider": (None, 8, None, "web", False),
    "mouse": ("squeak", 4, "pup", "hole", False),
    "frog": ("croak", 4, "tadpole", "pond", False),
    "bird": ("tweet", 2, "chick", "nest", True),
    "duck": ("quack", 2, "duckling", "pond", True),
    "hen": ("cluck", 2, "chick", "farm", False),
    "owl": ("hoot", 2, "owlet", "forest", True),
    "cat": ("meow", 4, "kitten", "house", False),
    "rabbit": (None, 4, "bunny", "hole", False),
    "fox": (None, 4, "cub", "den", False),
    "goose": ("honk", 2, "gosling", "farm", True),
    "penguin": (None, 2, "chick", "ice", False),
    "dog": ("woof", 4, "puppy", "house", False),
    "goat": ("bleat", 4, "kid", "farm", False),
    "sheep": ("baa", 4, "lamb", "farm", False),
    "wolf": ("howl", 4, "pup", "forest", False),
    "pig": ("oink", 4, "piglet", "farm", False),
    "lion": ("roar", 4, "cub", "savanna", False),
    "bear": ("growl", 4, "cub", "forest", False),
    "cow": ("moo", 4, "calf", "farm", False),
    "horse": ("neigh", 4, "foal", "stable", False),
    "camel": (None, 4, "calf", "desert", False),
    "elephant": ("trumpet", 4, "calf", "savanna", False),
    "whale": (None, 0, "calf", "sea", False),
}

THING_COLORS = {
    "grass": "green",
    "snow": "white",
    "the sky": "blue",
    "the sun": "yellow",
    "a banana": "yellow",
    "coal": "black",
    "blood": "red",
    "milk": "white",
    "a carrot": "orange",
    "a lemon": "yellow",
    "chocolate": "brown",
    "the sea": "blue",
    "a leaf": "green",
    "a tomato": "red",
    "the night": "black",
    "a flamingo": "pink",
    "a frog": "green",
    "a strawberry": "red",
    "an orange": "orange",
    "a plum": "purple",
}

CAPITALS = {
    "France": "Paris",
    "Italy": "Rome",
    "Spain": "Madrid",
    "Germany": "Berlin",
    "England": "London",
    "Portugal": "Lisbon",
    "Greece": "Athens",
    "Austria": "Vienna",
    "Poland": "Warsaw",
    "Norway": "Oslo",
    "Sweden": "Stockholm",
    "Finland": "Helsinki",
    "Denmark": "Copenhagen",
    "Ireland": "Dublin",
    "Japan": "Tokyo",
    "China": "Beijing",
    "India": "Delhi",
    "Egypt": "Cairo",
    "Russia": "Moscow",
    "Canada": "Ottawa",
    "Cuba": "Havana",
    "Peru": "Lima",
    "Kenya": "Nairobi",
    "Hungary": "Budapest",
}

OPPOSITES = {
    "big": "small",
    "hot": "cold",
    "up": "down",
    "left": "right",
    "day": "night",
    "happy": "sad",
    "fast": "slow",
    "old": "new",
    "open": "closed",
    "long": "short",
    "hard": "soft",
    "light": "dark",
    "high": "low",
    "rich": "poor",
    "full": "empty",
    "near": "far",
    "early": "late",
    "good": "bad",
    "strong": "weak",
    "wet": "dry",
    "loud": "quiet",
    "clean": "dirty",
    "first": "last",
    "thick": "thin",
    "sweet": "bitter",
    "inside": "outside",
    "black": "white",
    "yes": "no",
    "win": "lose",
    "push": "pull",
    "begin": "end",
    "true": "false",
    "love": "hate",
    "buy": "sell",
}
OPPOSITES |= {right: left for left, right in OPPOSITES.items()}

PLURALS = {
    "mouse": "mice",
    "goose": "geese",
    "sheep": "sheep",
    "wolf": "wolves",
    "child": "children",
    "man": "men",
    "woman": "women",
    "foot": "feet",
    "tooth": "teeth",
    "leaf": "leaves",
    "knife": "knives",
    "fox": "foxes",
    "box": "boxes",
    "city": "cities",
    "baby": "babies",
    "fish": "fish",
    "potato": "potatoes",
    "bus": "buses",
}
PLURALS |= {
    word: word + "s"
    for word in OBJECTS + ["cat", "dog", "bird", "tree", "house", "horse", "star", "apple", "egg"]
    if word not in PLURALS
}

AMOUNTS = {
    "days in a week": "7 days in a week",
    "months in a year": "12 months in a year",
    "hours in a day": "24 hours in a day",
    "minutes in an hour": "60 minutes in an hour",
    "seconds in a minute": "60 seconds in a minute",
    "days in a year": "365 days in a year",
    "letters in the alphabet": "26 letters in the alphabet",
    "seasons in a year": "4 seasons in a year",
    "weeks in a year": "52 weeks in a year",
    "cents in a dollar": "100 cents in a dollar",
}

UNITS = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen"
).split()
TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split()


def number_word(number: int) -> str:
    """The English name of a number from 0 to 100."""
    if number == 100:
        return "one hundred"
    if number < 20:
        return UNITS[number]
    ten, unit = divmod(number, 10)
    return TENS[ten - 2] + (f"-{UNITS[unit]}" if unit else "")


# Words that can be spelled, turned round and counted in: those above and some more.
WORDS = sorted(
    {
        word.lower()
        for group in (
            DAYS,
            MONTHS,
            PEOPLE,
            PLACES,
            OBJECTS,
            COLORS,
            FOODS,
            ANIMALS,
            OPPOSITES,
            PLURALS,
            UNITS,
            TENS,
        )
        for word in group
    }
    | set(
        "hello world cheese banana computer letter river mountain music summer winter spring autumn happy little friend "
        "mother father sister brother family water bread butter sugar salt pepper table chair window door floor wall "
        "paper pencil school teacher student doctor nurse baker farmer sailor king queen prince knight dragon wizard "
        "magic story dream sleep night morning evening week month year time clock hour minute rain snow wind cloud storm "
        "thunder sun moon star planet earth ocean island desert valley field flower rose tulip tree leaf branch root seed "
        "house home room roof stairs street city village country car train plane boat ship bicycle wheel engine money gold "
        "silver iron stone glass wood cotton shirt dress pocket button finger hand arm leg foot head face nose mouth ear "
        "eye hair heart body jump run walk swim fly climb dance laugh smile think know learn read write speak listen play "
        "game party gift birthday holiday picture color number word question answer language alphabet strawberry "
        "pineapple chocolate sandwich tomato onion pizza soup coffee juice honey elephant giraffe monkey tiger zebra "
        "kangaroo turtle snake fish shark butterfly cricket parrot eagle swift phi model token python robot".split()
    )
)

# What the world does not hold: topics for questions that are to be declined.
TOPICS = (
    "quantum physics;the stock market;photosynthesis;the French Revolution;machine learning;the theory of relativity;"
    "black holes;climate change;World War II;the Roman Empire;Shakespeare;Albert Einstein;Napoleon;Taylor Swift;"
    "the president;the prime minister;Mount Everest;the Eiffel Tower;Bitcoin;blockchain;vaccines;DNA;proteins;dinosaurs;"
    "volcanoes;electric cars;solar panels;the internet;social media;video games;football;basketball;chess openings;tennis;"
    "yoga;meditation;religion;philosophy;Plato;democracy;capitalism;inflation;taxes;mortgages;insurance;contract law;"
    "copyright;cancer;diabetes;headaches;diets;vitamins;sushi;lasagna;wine;cocktails;Mozart;jazz;the Beatles;opera;"
    "Picasso;painting;photography;fashion;movies;Star Wars;Harry Potter;anime;Linux;Windows;JavaScript;Swift;Rust;C++;"
    "compilers;databases;algorithms;neural networks;transformers;ChatGPT;Microsoft;Apple;Google;space travel;Mars;"
    "the speed of light;gravity;electricity;magnets;chemistry;the periodic table;atoms;evolution;Darwin;bacteria;"
    "the brain;psychology;happiness;love;the meaning of life;time travel;aliens;ghosts;unicorns;politics;elections;"
    "the United Nations;NATO;Antarctica;the Amazon;the Sahara;Australia;Brazil;Mexico;Texas;New York;Hollywood;"
    "economics;supply and demand;interest rates;marketing;startups;job interviews;resumes;public speaking;grammar;poetry"
).split(";")

DEEDS = (
    "bake bread;fix a car;write a resume;build a house;learn the guitar;lose weight;make pizza;invest money;tie a tie;"
    "program a computer;install Linux;train a neural network;sort a list in Python;write a sorting algorithm;grow tomatoes;"
    "cook rice;remove a stain;get a passport;book a flight;quit smoking;start a business;file my taxes;draw a portrait;"
    "play poker;change a tire;make a website;hack a phone;clean an oven;solve a Rubik's cube;train for a marathon;"
    "write a novel;knit a scarf;paint a wall;reset my password;send an email;format a disk;open a bank account;"
    "fly a helicopter;speak Spanish;repair a bicycle;make coffee;brew beer;raise chickens;fall asleep faster"
).split(";")
