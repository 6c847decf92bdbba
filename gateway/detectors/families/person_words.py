"""What people write beside a name: titles, labels, greetings, closing formulas, and the small words within one."""

from __future__ import annotations

from typing import Final

PARTICLES: Final = frozenset(
    [
        "van",
        "von",
        "de",
        "da",
        "del",
        "della",
        "di",
        "der",
        "den",
        "la",
        "le",
        "las",
        "los",
        "bin",
        "ibn",
        "al",
        "el",
        "y",
        "e",
        "dos",
        "das",
        "do",
        "du",
        "des",
        "ter",
        "ten",
        "zu",
        "zur",
        "af",
        "av",
        "st",
        "mac",
    ]
)
TITLE_WORDS: Final = frozenset(
    [
        "mr",
        "mrs",
        "ms",
        "miss",
        "mx",
        "dr",
        "prof",
        "professor",
        "doctor",
        "sir",
        "madam",
        "herr",
        "frau",
        "mme",
        "mlle",
        "monsieur",
        "madame",
        "señor",
        "señora",
        "sr",
        "sra",
        "srta",
        "don",
        "doña",
        "signor",
        "signora",
        "dott",
        "dottor",
        "senhor",
        "senhora",
        "rev",
        "fr",
        "capt",
        "lt",
        "sgt",
        "hon",
        "judge",
        "officer",
        "detective",
        "nurse",
        "attorney",
        "mevrouw",
        "meneer",
        "mevr",
        "dhr",
        "pani",
        "doctora",
        "dra",
        "dottoressa",
        "heer",
        "mijnheer",
        "juffrouw",
        "panie",
        "panu",
        "avv",
        "avvocato",
        "ingegnere",
        "doutor",
        "doutora",
        "drs",
        "dña",
        "hr",
        "mstr",
        "cllr",
        "insp",
        "cpl",
        "maj",
    ]
)
TITLES: Final = (
    r"(?:Mr|Mrs|Ms|Miss|Mx|Dr|Prof|Professor|Doctor|Sir|Herrn?|Frau|Monsieur|Madame|Mme|Mlle|Se\xc3\xb1or(?:a|ita)?"
    r"|Sr|Sra|Srta|Don"
    r"|Do\xc3\xb1a|Signor(?:a|ina)?|Sig|Dott|Dottor|Senhora?|Dhr|Mevrouw|Mevr|Pani|Rev|Capt|Lt|Sgt|Judge|Officer"
    r"|Detective"
    r"|Nurse|Attorney|Senator|President|Chancellor|Shri|Smt|Mwst|\xd0\x93-\xd0\xbd|Sergeant|Lieutenant|Colonel"
    r"|Constable|Pastor|Rabbi|Imam|Congress(?:wo)?man|Ma\xc3\xaetre|Doctora|Dra|Pan(?:i|a|u|em)"
    r"|[Dd]ott\.ssa|[Dd]ottoressa|dott|se\xc3\xb1or(?:a|ita)?|signor(?:a|ina)?|senhora?|mevrouw|meneer|mevr|dhr"
    r"|monsieur|madame|pani|sra|srta|dra|[Ss]ig\.ra|do\xc3\xb1a"
    r"|D\xc3\xb1a|Hr\.|Mstr|Cllr|Insp|Cpl|Maj\.|mr|mrs|dr\.|prof\.|herrn?|frau)"
)
SAYS: Final = (
    "[sd]/o|my name is|my full name is"
    "|my name's|her name's|his name's|their name's|under the name|by the name of|goes by|name is|i am called"
    "|they call me|you can call me|ich heiße|mein name ist"
    "|je m'appelle|mon nom est"
    "|me llamo|mi nombre es|mi chiamo|il mio nome è|meu nome é|me chamo|chamo-me|mijn naam is|ik heet|nazywam się"
    "|mam na imię|jag heter|mitt namn är|jeg hedder|jeg heter|mit navn er|nimeni on|меня зовут|моё имя"
)
WEAK_SAYS: Final = (
    "i am|i'm|this is|it's|speaking with|spoke with|spoke to|met with|meet with|signed by|written"
    " by|prepared by|approved by|reviewed by|reported by|submitted by|requested by|assigned to|contact|call|ask for"
    "|regards to|on behalf of|in the name of|name on (?:the )?card|account of|cc|attn|regarding"
    "|ask|asked|tell|told|reach|invite|au nom de|a nombre de|em nome de|a nome di"
    "|paid by|sold by|seen by|treated by|diagnosed by|represented by|accompanied by|witnessed by|examined by"
    "|transcribed by|typed by|checked by|verified by|countersigned by|administered by|completed by|authored by"
    "|interviewed by|referred by|supervised by|drafted by|dictated by|signed for by|born to|married to|divorced from"
    "|engaged to|payable to|paid to|refund to|booking for|reservation for|appointment for|appointment with"
    "|in favou?r of"
    "|employment of|estate of|in the matter of|daughter of|son of|wife of|husband of|widow of|mother of|father of"
    "|parents? of|guardians? of|carers? of|arrest of|funeral of|(?:badge|salary|mailbox|laptop|chart|records?) of"
    "|gehalt von|konto von|akte von|dossier de|compte de|cuenta de|conto di|rekening van"
    "|im namen von|op naam van|ich bin|je suis|soy|sono|eu sou|ik ben"
)
LABELS: Final = (
    "patient name|patient's name|patient|full name|first name|last name|middle name|given name|surname|"
    "family name|maiden name|client name|employee name|contact person|applicant name|applicant|insured|"
    "insured name|beneficiary name|cardholder|cardholder name|card holder|account holder|name on card|"
    "provider name|attending physician|attending|physician|referring physician|doctor|nurse|surgeon|"
    "therapist|spouse|husband|wife|mother|father|mother's maiden name|emergency contact|next of kin|"
    "guardian|subscriber name|tenant|landlord|passenger|passenger name|student name|student|teacher|"
    "spouse name|spouse's name|mother name|mother's name|father name|father's name|partner name|child name|child's name"
    "|given names|forename|forenames|applicant's name|customer's name|client's name|employee's name|member name"
    "|policyholder|policy holder|name of applicant|name of patient|name of insured|name of the applicant"
    "|name of the patient|name of employee|guest name|plaintiff|defendant|billing name|shipping name|fullname"
    "|firstname|lastname|interviewer|"
    "candidate name|attendees|participants|nachname|vorname|familienname|kundin|patientin|ansprechpartner|"
    "prénom|nom et prénom|nom complet|nombre completo|apellidos?|nombre y apellidos|paciente|cognome|"
    "nome completo|sobrenome|paziente|achternaam|voornaam|imię|nazwisko|imię i nazwisko|förnamn|efternamn|"
    "fornavn|etternavn|etunimi|sukunimi|фио|фамилия|пациент"
)
WEAK_LABELS: Final = (
    "name|contact|holder|nom|nome|nombre|naam|namn|navn|nimi|displayname|guest|client|customer|parent|"
    "witness|guarantor|manager|reporter|assignee|supervisor|attention|sender|recipient|buyer|seller|attn|"
    "signed|signature|candidate|employee|dictated by|prepared for|bill to|billed to|invoice to|ship to|sold to"
    "|deliver to|payee|payer|beneficiary|remitter|debtor|creditor|borrower|interviewee|interviewed|translator"
    "|interpreter|prescriber|provider|titular|titulaire|intestatario|inhaber|kontoinhaber|empfänger|имя|клиент|kunde"
    "|user name|owner name|account name|contact name|legal name|customer name|huurder|verhuurder|locataire"
    "|bailleur|inquilino|arrendatario|mieter|vermieter|bewerber"
    "|bewerberin|bewerbung|antragsteller|antragstellerin|arbeitnehmer|mitarbeiter|salarié|empleado|trabajador"
    "|dipendente|contacto|contatto|contato|kontakt|kontaktperson|ansprechperson|contactpersoon|interlocuteur"
    "|interlocutrice|persona de contacto|persona di contatto|osoba kontaktowa|sachbearbeiter|sachbearbeiterin|referente"
    "|assicurato|funcionário|folha|werknemer|pracownik|najemca|author|owner"
)
MORE_LABELS: Final = (
    "borrowers|co-borrower|co-applicant|executor"
    "|executrix|trustee|heir|nominee|grantor|grantee|lessor|lessee|purchaser|complainant|accused|victim|suspect"
    "|claimant|respondent|petitioner|appellant|deponent|caller|foreman|instructor|coach|tutor|mentor|trainee|donor"
    "|carer|caregiver|case worker|caseworker|case manager|social worker|dentist|midwife|pharmacist|consultant"
    "|technician|inspector|adjuster|broker|adviser|advisor|notary|solicitor|counsel|judge|investigator|cashier"
    "|representative|line manager|reporting manager|project manager|approver|requester|requestor|addressee|consignee"
    "|traveller|traveler|lead passenger|dependent|dependant|son|daughter|brother|sister|(?:signed|witnessed|prepared"
    "|approved|reviewed|submitted|requested|verified|completed|performed|collected|authori[sz]ed|countersigned"
    "|examined|seen|reported|created|updated|modified|changed|assigned|booked|ordered|sold|paid|closed|opened|filed"
    "|logged|uploaded|written|checked|confirmed|escalated|resolved|admitted|discharged|diagnosed|treated|referred"
    "|dispensed|administered|received|handled|recorded|transcribed|entered) by"
    "|zeuge|zeugin|témoin|testigo|testimone|testemunha|getuige|świadek"
)
PARTY_LABELS: Final = (
    "commander|captain|pilot|driver|operator|absender|absenderin|fahrer|fahrerin|expéditeur|destinataire"
    "|conducteur|remitente|destinatario|conductor|mittente"
    "|conducente|titular da conta|titular de la cuenta|remetente|destinatário|afzender|ontvanger|nadawca|odbiorca"
)
"""Labels of who sends, receives, drives or holds an account, where no other label says so."""
PART_LABELS: Final = (
    "pcp|primary care (?:provider|physician)|(?:rendering|ordering|referring|treating) (?:provider|physician|doctor)"
    "|rendering|hospitalist|an(?:a)?esthesiologist|anaesthetist|an(?:a)?esthesia|radiologist|pathologist|cardiologist"
    "|huisarts|behandelaar|hausarzt|hausärztin|behandelnder arzt|oberarzt|chefarzt|chirurg|médecin traitant|médecin"
    "|médico|medico curante|lekarz|pupil|learner|head ?teacher|hiring manager|team lead|product owner|maintainer"
    "|assistant|prénoms|vornamen|voornamen|imiona"
)
"""Labels of who treats, teaches or leads somebody."""
SHORT_LABELS: Final = "fname|lname|f name|l name|preferred name|known as|pat name|cust name|pt name"
"""Labels of names as exports and notes write them."""
NAME_LABELS: Final = (
    "full name|surname|family name|last name|first name|given names?|forenames?|prénoms?|nachname|vornamen?|apellidos?"
    "|cognome|sobrenome|achternaam|voornaam"
)
HINTED_LABELS: Final = (
    "names?|nom|nombre|nome|naam|borrower|applicant|claimant"
    "|tenant|insured|debtor|beneficiary|witness|owner|seller|buyer|purchaser|passenger|guardian|parent|petitioner"
    "|defendant|plaintiff"
)
"""Like those for names alone, labels that forms write with ``(s)``, a hint in brackets or dots before the colon."""
RELATIONS: Final = (
    "patient|patient named|client|employee|colleague|coworker|co-worker|customer|husband|wife|son|daughter|brother"
    "|sister|mother|father|boss|manager|supervisor|nurse|doctor|attorney|lawyer|friend|partner|girlfriend|boyfriend"
    "|roommate|neighbor|neighbour|landlord|tenant"
    "|uncle|aunt|cousin|grandmother|grandfather|teacher|professor|therapist|physician|surgeon|named|name|names"
    "|witness|executor|executrix|heir|beneficiary|payee|payer|borrower|applicant|claimant|complainant|defendant"
    "|plaintiff|nephew|niece|grandson|granddaughter|stepson|stepdaughter|stepfather|stepmother|fiancée?|mother-in-law"
    "|father-in-law|sister-in-law|brother-in-law|ex-wife|ex-husband|classmate|teammate|flatmate|housemate|accountant"
    "|dentist|caregiver|nanny|babysitter|trustee|guardian|midwife|caseworker"
    "|zeuge|zeugin|nachbar|nachbarin|mieter|mieterin|schwester|bruder|tochter|sohn|mutter|vater|témoin|voisin|voisine"
    "|fille|frère|sœur|locataire|hermano|hermana|hijo|hija|vecino|vecina|testigo|abuela|abuelo|sorella|fratello"
    "|figlio|figlia|testimone|irmão|irmã|filho|filha|vizinho|vizinha|testemunha|broer|zus|zoon|dochter|buurman"
    "|buurvrouw|getuige|córka|siostra|sąsiad|świadek"
    "|kollege|kollegin|patientin|freund|freundin|collègue|ami|amie|colega|amigo|amiga|paciente|collega|paziente|mi"
    " esposa|mi esposo|mon mari|ma femme|mein mann|meine frau"
)
GREETINGS: Final = (
    r"\b(?:[Dd]ear|[Hh]i|[Hh]ello|[Hh]ey|Hiya|Good (?:morning|afternoon|evening)|Liebe[rs]?|Hallo|Sehr geehrte[rs]?"
    r"|Guten (?:Tag|Morgen)|Cher|Ch\xc3\xa8re|Bonjour|Bonsoir"
    r"|Estimad[oa]|Querid[oa]|Hola|Buenos d\xc3\xadas|Gentile|Car[oa]|Ciao|Buongiorno|Egregio|Beste|Geachte"
    r"|Prezad[oa]|Ol\xc3\xa1|Bom dia|Drog[ia]|Szanown[ya]|Hej|K\xc3\xa4ra?|Hei)[ ]+"
)
CLOSINGS: Final = (
    "regards|best regards|kind regards|warm regards|warmly|sincerely|yours sincerely|yours truly|sincerely yours"
    "|yours faithfully|respectfully|best|best wishes|all the best|cheers|thanks|many thanks|thank you|thanks again"
    "|with thanks|love|cordially|take care"
    "|mit freundlichen grüßen|freundliche grüße|viele grüße|liebe grüße|beste grüße|herzliche grüße|mfg"
    "|cordialement|bien cordialement|bien à vous|salutations|saludos|saludos cordiales|atentamente|un saludo"
    "|cordiali saluti|distinti saluti|saluti|atenciosamente|abraços|abraço|met vriendelijke groet|groeten"
    "|thx|tnx|rgds|grtz|cdlt"
    "|yours|yours ever|grüße|gruß|liebe grüsse|mit besten grüßen|mit freundlichem gruß|hochachtungsvoll|bis bald"
    "|bien à toi|amicalement|bises|bisous|à bientôt|un abrazo|abrazos|besos|hasta pronto|baci|a presto|beijos"
    "|um abraço|até logo|groetjes|hartelijke groet|hartelijke groeten|serdecznie|kram|klem|much love|hugs|talk soon"
    "|pozdrawiam|z poważaniem|med vänliga hälsningar|mvh|hälsningar|vennlig hilsen|med venlig hilsen|с уважением"
)
SAYS_ELSEWHERE: Final = (
    "[Nn]umele meu este|[Mm]ă numesc|[Aa] nevem|[Jj]menuji se|[Mm]oje jméno je|[Vv]olám sa|[Mm]oje meno je"
    "|[Aa]d(?:i|ı) [Ss]oyad(?:i|ı) ?:|[Bb]enim ad(?:i|ı)m|[Aa]d(?:i|ı)m|[Tt]ôi tên là|[Tt]ên tôi là"
    "|[Hh]ọ (?:và )?tên ?:|[Nn]ama saya"
    "|[Nn]ama(?: lengkap)? ?:|[Zz]ovem se|[Ii]me mi je|[Kk]azvam se|[Mm]ano vardas|[Mm]ani sauc|[Mm]inu nimi on"
    "|[Ii]me i prezime ?:|[Nn]ume(?: și prenume)? ?:|[Jj]méno(?: a příjmení)? ?:"
)
SAYS_IN_LETTERS: Final = (
    "(?:М|м)еня зовут|(?:М|м)ене звати|(?:Ο|ο)νομάζομαι|(?:Μ|μ)ε λένε|(?:К|к)азвам се|(?:И|и)мя ?:|(?:Ф|ф)амилия ?:"
    "|(?:П|п)ацієнт ?:|Příjmení ?:"
)
"""How names are said in languages that are seldom met, beginning with a letter of ASCII or with another."""
CLOSINGS_ELSEWHERE: Final = (
    "groet|gruss|mvg|hartelijks|hilsen|terveisin|üdvözlettel|üdv|pozdrav|s pozdravem|cu stimă|cu respect|saygılarımla"
    "|sevgiler|trân trọng|hormat saya|pagarbiai|lugupidamisega|lep pozdrav|srdečně|prietenește|kærlig hilsen|hej hej"
)
LISTS: Final = (
    "attendees|participants|attending|present|invitees|invited|guests|guest list|passengers|travell?ers|panell?ists"
    "|speakers|witnesses|heirs|beneficiaries|borrowers|tenants|interviewers|candidates|roster|players|line-?up|crew"
    "|pupils|students|nurses|residents|drivers|trustees|directors|executors|on duty|bridesmaids|survivors|victims"
    "|applicants|authors|co-authors|dependents|dependants|children|siblings|teilnehmer|teilnehmerinnen|anwesend"
    "|anwesende"
    "|asistentes|presenti|présents|participantes|deelnemers|aanwezig|uczestnicy|obecni|cc|bcc"
)
"""Labels behind which several names may stand."""
DECLARES: Final = (
    "je soussigné|je soussignée|il sottoscritto|la sottoscritta|el suscrito|la suscrita|ondergetekende|niżej podpisany"
    "|niżej podpisana|abaixo assinado|abaixo assinada|the undersigned|der unterzeichner|die unterzeichnerin|mera naam"
    "|to certify that|hereby certify that|hereby certifies that|to confirm that|hereby confirm that"
)
ASKS: Final = (
    r"\b(?:name\?|name,? please[?.]|speaking (?:to|with)\?|name, (?:sir|ma'am|madam)\?|who is calling\?)"
    r"\s{1,3}[A-Z][A-Za-z ]{0,16}: ?"
)
NUMBERED: Final = (
    "DNI|NIF|NIE|CPF|SSN|DOB|D\\.O\\.B|MRN|NHS|NINO|NI number|AHV|NIR|Aadhaar|BSN|PESEL|codice fiscale|passport"
    "|geboren|geb\\.|born (?:on|in|\\d)|n\\xc3\\xa9e? le|nacid[oa]"
    "|nat[oa] (?:a|il)|nascid[oa]|date of birth|[SDWR]/O|resident of|residing at|hereby|con domicilio|mayor de edad"
    "|brasileir[oa]|residente|wohnhaft|domiciliad[oa]|portador|identificad[oa]|verklaart"
    "|she/her|he/him|they/them|aged \\d{1,3}|an? \\d{1,3}[ \\-]years?[ \\-]old"
    "|\\d{2}, (?:of|from|who|was|is|has|had|an?|says|said|told|lives|works|presents|presented)"
)
TELLS: Final = (
    "was|is|has|had|presents|presented|reports|reported|denies|denied|states|stated|underwent|will|received|arrived"
)
OF_THINGS: Final = (
    "product|item|file|host|event|project|company|business|brand|model|city|country|region|state|school|hospital|course"
    "|class|service|app|application|plan|package|display|domain|server|store|shop|team|group|game|song|album|book|movie"
    "|film|street|job|task|step|workflow|bank|drug|medication|generic|trade|test|study|table|column|field|function"
    "|method|variable|branch|repo|repository|cluster|database|bucket|topic|queue|channel|playlist|recipe|dish|venue"
    "|hotel|restaurant|firm|organi[sz]ation|org|vendor|supplier|manufacturer|department|dept|category|station|place"
    "|location|feature|setting|resource|template|collection|tag|label|theme|role|tier|community|site"
)
BESIDE_THINGS: Final = (
    "price|prices|sku|version|type|kind|template|run|runs-on|uses|image|namespace|on|jobs|steps|stock|qty"
    "|quantity|license"
    "|enabled|default|days|required|schema|command|script|src|url|path|size|unit|units|model|brand|category|population"
    "|tags|shell|apt|copy|service|file|with|hosts|labels|parent|slug|value|description"
)
