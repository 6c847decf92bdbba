"""Names that look like those of people and are those of things: companies, institutions, brands, places, drinks."""

from __future__ import annotations

import re
from typing import Final

_ORGANIZATION: Final = re.compile(
    r"(?:(?<=[JS]r)\.)? (?:(?:High|Middle|Elementary|Primary|Grammar|Community|National|Regional|General|Medical"
    r"|Public|State|Technical)"
    r" ){0,2}(?:GmbH|AG|SE|KG|KGaA|Inc|LLC|LLP|Ltd|Limited|Corp|Corporation|Company|PLC|plc|N\.?V|B\.?V|S\.?A|Pty"
    r"|University|College|School|Hospital|Foundation|Stiftung|Institute|Library|Stadium|Airport|Station|Awards?|Prize"
    r"|Airlines|Bank|Group|Records|Motors|Brewery|Cup|Trophy|Memorial|Scholarship|Arena|Bridge|Tunnel|Building|Tower"
    r"|Hotel|Theatre|Theater|Museum|Auditorium|Parkway|Expressway|Freeway|Championship|Open|Orchestra|Quartet|Band"
    r"|Traders|Trading|Logistics|Foods|Industries|Holdings|Solutions|Systems|Labs|Laboratories|Ventures|Consulting"
    r"|Technologies|Software|Electronics|Pharma|Pharmaceuticals|Enterprises|Associates|Foundry|Freight|Airways|Robotics"
    r"|Publishing|Outfitters|Syndrome|Disease|Theorem|Square|Plaza|Center|Centre|Terminal|Cathedral|Chapel|Monument"
    r"|Statue|Lecture|Fellowship|Medal|Platz|Straße|Strasse|Allee|Halle|Gymnasium|Universität|Institut|Preis|Schule"
    r"|Grundschule|Gesamtschule|Turnpike|Clinic|Pavilion|Highway|Boulevard|Avenue|Transit|Academy|Society|Kindergarten"
    r"|brand|brands|distillery|brewery|winery|museum|foundation|awards?|prize|scholarship|memorial|stadium|franchise"
    r"|syndrome|disease|theorem|algorithm|equation|distribution|hypothesis|cocktail|whiske?y|bourbon|perfume|fragrance"
    r"|stores?|outlet|boutique|sneakers|jeans|handbag|biopic|musical|trilogy|novels?|county|lenses|lamps|lipstick"
    r"|tickets|guitars|coins?|thaler|posters?)\b"
)
_PLACES: Final = """
victoria falls|virginia beach|florence nightingale|santa maria|santa clara|santa monica|santa barbara|santa rosa
santa cruz|santa fe|san diego|san jose|san juan|san antonio|san francisco|san marino|san sebastian|san martin
san pedro|san carlos|san mateo|san rafael|san miguel|san luis|santa catarina|santa lucia|saint lucia|santa ana
sri lanka|costa rica|costa brava|costa blanca|puerto rico|el salvador|el paso|las vegas|los angeles|buenos aires
prince george|prince edward|prince albert|prince rupert|king edward|king william|queen mary|queen elizabeth
queen victoria|queen anne|port elizabeth|port louis|port arthur|port augusta|port stanley|lake louise|lake victoria
lake albert|lake charles|lake george|lake geneva|mount elizabeth|mount kenya|mount vernon|mount pleasant
fort wayne|fort william|fort george|fort myers|fort collins|st louis|st john|st paul|st george|st albans
alice springs|palm springs|albert hall|carnegie hall|madison square|madison avenue|abu dhabi|kuala lumpur
ho chi|hong kong|tel aviv|sierra nevada|sierra leone|rio grande|monte carlo|monte rosa|notre dame|sacre coeur
christian democrats|christian union|christian dior|christian louboutin|baden baden|berg karabakh|franz josef
monte cristo|santa claus|corpus christi|salem witch|jordan valley|jordan river|hudson river|hudson bay|hudson yards
jackson hole|jackson heights|carson city|rapid city|cook islands|marshall islands|solomon islands|gilbert islands
wake island|robin island|robben island|ellis island|coney island|stewart island|victoria island|baker island
san bernardino|san leandro|san fernando|san benito|san angelo|ben nevis|ben lomond|ben macdui|carson river
loch lomond|glen coe|glen rose|glen canyon|grand teton|mount rainier|mount mckinley|king george|prince charles
prince william|princess anne|queen charlotte|queen elizabeth|diego garcia|isla mujeres|martha vineyard|kitty hawk
wounded knee|cedar rapids|grand rapids|baton rouge|des moines|terre haute|saint john|saint paul|saint george
duke gardens|jackson mississippi|madison wisconsin|austin texas|lincoln nebraska|charlotte north|georgia tech
virginia tech|carolina panthers|dallas cowboys|houston texans|denver broncos|cleveland browns|tyler texas
ann arbor|baker street|abbey road|penny lane|wall street|douglas fir|norfolk island|victoria park|victoria station
"""
_BRANDS: Final = """
ralph lauren|calvin klein|tommy hilfiger|hugo boss|louis vuitton|harvey nichols|ted baker|karl lagerfeld|tom ford
michael kors|marc jacobs|kate spade|tory burch|vera wang|donna karan|kenneth cole|steve madden|jimmy choo
giorgio armani|emporio armani|roberto cavalli|salvatore ferragamo|ermenegildo zegna|carolina herrera|oscar renta
pierre cardin|yves laurent|yves rocher|jean patou|paul smith|stella mccartney|alexander mcqueen|alexander wang
manolo blahnik|diane furstenberg|elizabeth arden|estee lauder|estée lauder|helena rubinstein|mary kay|bobbi brown
laura ashley|laura mercier|cath kidston|karen millen|jack wills|fred perry|peter werth|paul frank|eddie bauer
abercrombie fitch|banana republic|johnny cupcakes|stella artois|samuel adams|jack daniels|jim beam|johnnie walker
captain morgan|evan williams|elijah craig|george dickel|william grant|don julio|jose cuervo|josé cuervo
dom perignon|dom pérignon|robert mondavi|bloody mary|harvey wallbanger|shirley temple|arnold palmer|cherry garcia
uncle ben|aunt jemima|betty crocker|sara lee|mrs fields|oscar mayer|jimmy dean|tony roma|papa john|trader joe
burger king|dairy queen|wendy burger|carl jr|chuck cheese|marie callender|orville redenbacher|duncan hines
wells fargo|charles schwab|morgan stanley|jp morgan|goldman sachs|merrill lynch|edward jones|raymond james
deutsche bank|lloyds banking|thomas cook|marks spencer|dick clark|warner brothers|warner bros|walt disney
harley davidson|rolls royce|aston martin|alfa romeo|mercedes benz|lincoln continental|general electric
john deere|caterpillar inc|ben sherman|massey ferguson|briggs stratton|black decker|smith wesson|johnson johnson
johnson controls|arthur andersen|ernst young|price waterhouse|booz allen|baker hughes|baker mckenzie|jones day
kirkland ellis|brooks brothers|johns hopkins|thomson reuters|dow jones|russell group|standard poor
harper collins|simon schuster|random house|penguin random|taylor francis|mcgraw hill|barnes noble|rand mcnally
peter pan|harry potter|winnie pooh|mickey mouse|donald duck|bugs bunny|james bond|sherlock holmes|robin hood
king kong|king arthur|hello kitty|billie jean|eleanor rigby|tommy gun|molotov cocktail|mason jar|mason dixon
bunsen burner|murphy bed|murphy law|morse code|venn diagram|gantt chart|jordan almonds|graham cracker
graham crackers|granny smith|bartlett pear|anjou pear|russell terrier|yorkshire terrier|german shepherd
caesar salad|wellington boots|earl grey|black rose|kelly green|paris hilton|hilton garden|ritz carlton
stanley cup|ryder cup|davis cup|vince lombardi|roland garros|flushing meadows|silicon valley|faraday cage
grant thornton|morgan lewis|allen overy|latham watkins|sidley austin|norton rose|hogan lovells|herbert smith
clifford chance|travers smith|stephenson harwood|simmons simmons|watson farley|bird bird|taylor wessing
sullivan cromwell
davis polk|paul weiss|paul hastings|ropes gray|king spalding|perkins coie|fried frank|jones walker|holland knight
william blair|robert baird|stephens inc|raymond james|cantor fitzgerald|brown brothers|brown forman|berry bros
arthur gallagher|marsh mclennan|willis towers|jardine matheson|jardine lloyd|franklin templeton|eaton vance
neuberger berman|baillie gifford|aberdeen standard|russell reynolds|spencer stuart|egon zehnder|robert half
robert walters
michael page|hays specialist|kelly services|robert bosch|heinrich boell|konrad adenauer|friedrich ebert
eli lilly|abbott laboratories|bristol myers|merck sharp|smith nephew|edwards lifesciences|henry schein|becton dickinson
martin marietta|lockheed martin|northrop grumman|general dynamics|pratt whitney|rolls royce|johnson matthey
parker hannifin
emerson electric|foster wheeler|jacobs engineering|mott macdonald|john lewis|john deere|fred meyer
harris teeter|stewart warner|fisher price|laura secord|russell stover|george dickel|edwin jagger
jack russell|russell hobbs|jack wolfskin|helly hansen|peter storm|fender stratocaster
les paul|steinway sons|martin guitars|harry winston|david yurman|stuart weitzman|jo malone|paco rabanne|thierry mugler
issey miyake|elie saab|nina ricci|guy laroche|bruno magli|nino cerruti|brooks running|saint laurent|carl zeiss
ernst leitz
karl storz|paul hartmann|beiersdorf ag|dr oetker|hans grohe|tom collins|john collins|moscow mule|king charles
virgin mary|irish coffee|rob roy|arnold palmer|mickey finn|jack rose|lady grey|earl grey|harris tweed|lee enfield
tommy john|monte python|monty python|benny hill|dick tracy|buck rogers|flash gordon|jason bourne|jack reacher
jack sparrow|austin powers|tony stark|bruce wayne|clark kent|peter parker|harley quinn|lara croft|max payne|max power
alan wake|forrest gump|billy budd|tom sawyer|huckleberry finn|oliver twist|david copperfield
jane eyre|anna karenina|moll flanders|tristram shandy|silas marner|barry lyndon|daniel deronda|dorian gray|mark complete
bill payment|mark down|grant application|rob banks|drew attention|faith healing|joy division|carol service
alice blue|grace period|art nouveau|art deco|max planck|fraunhofer institut|pasteur institut|karolinska institutet
"""
_TITLED: Final = """
dr pepper|dr martens|dr oetker|dr scholl|dr dre|dr who|dr evil|dr jekyll|dr seuss
dr hauschka|dr bronner|doctor who|doctor octopus|professor moriarty
mr clean|mr coffee|mr muscle|mr robot|mr potato|mr spock|mr sandman
mrs butterworth|mrs doubtfire|mrs dalloway|ms pac|ms marvel|miss marple|miss piggy
miss saigon|miss dior|miss moneypenny|miss havisham|sir lancelot|sir galahad|sir gawain|don quixote
don giovanni|don perignon|don corleone|don pasquale|madame bovary|madame tussaud|madame tussauds|madame curie
nurse practitioner|nurse manager
nurse specialist|nurse educator|judge advocate|professor emeritus|president elect|judge judy|doctor web
uncle sam|aunt jemima|madame butterfly|frau holle
frau antje|captain america|captain hook|captain morgan|captain kirk|captain ahab|captain marvel
captain crunch|sergeant pepper|sgt pepper|colonel sanders|judge dredd|nurse jackie|monsieur hulot
"""
_KNOWN: Final = frozenset(
    name for block in (_PLACES, _BRANDS) for line in block.split("\n") for name in line.split("|") if name
)
_FIGURES: Final = frozenset(name for line in _TITLED.split("\n") for name in line.split("|") if name)
_PLACE_BEHIND: Final = re.compile(
    r" (?:Park|Street|Road|Lane|House|Hall|Room|Gardens?|Beach|Island|Bay|Field|Drive|Trail|Court|Place)\b"
)
_POSSESSIVE: Final = re.compile(r"['’]s?\Z")


def of_thing(text: str, first: int, last: int) -> bool:
    """Say whether a name is that of a thing: its kind is its last word or follows it, or everybody knows it as one."""
    name = _POSSESSIVE.sub("", text[first:last]).lower()
    return (
        name in _KNOWN
        or _ORGANIZATION.search(text, first, last) is not None
        or _ORGANIZATION.match(text, last) is not None
        or _PLACE_BEHIND.match(text, last) is not None
    )


def titled_thing(text: str, start: int, first: int, last: int) -> bool:
    """Say whether a title and the name behind it are those of a brand or of a figure in a story."""
    words = text[start:last].lower().replace(".", "").replace("’", "'").removesuffix("'s").split()
    called = " ".join(words[:2])
    return len(words) > 1 and (called in _FIGURES or called in _KNOWN) and first > start
