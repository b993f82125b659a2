"""What the platform says to people, in the six languages that it speaks. Nobody may rely on a word of it."""

LANGUAGES = ("en", "de", "es", "fr", "ja", "nl")
Sentence = tuple[str, str, str, str, str, str]

SENTENCES: dict[str, Sentence] = {
    "bad_token": (
        "Your session has expired, please log in again",
        "Ihre Sitzung ist abgelaufen, bitte melden Sie sich erneut an",
        "Tu sesión ha caducado, vuelve a iniciar sesión",
        "Votre session a expiré, veuillez vous reconnecter",
        "セッションの有効期限が切れました。再度ログインしてください",
        "Je sessie is verlopen, log opnieuw in",
    ),
    "bad_login": (
        "The e-mail address or the password is not correct",
        "E-Mail-Adresse oder Passwort ist nicht richtig",
        "El correo electrónico o la contraseña no son correctos",
        "L'adresse e-mail ou le mot de passe est incorrect",
        "メールアドレスまたはパスワードが正しくありません",
        "Het e-mailadres of het wachtwoord is onjuist",
    ),
    "no_permission": (
        "You do not have permission to do this",
        "Sie haben dafür keine Berechtigung",
        "No tienes permiso para hacer esto",
        "Vous n'avez pas l'autorisation de faire cela",
        "この操作を行う権限がありません",
        "Je hebt hier geen toestemming voor",
    ),
    "no_such_page": (
        "The requested page could not be found",
        "Die angeforderte Seite wurde nicht gefunden",
        "No se ha encontrado la página solicitada",
        "La page demandée est introuvable",
        "お探しのページは見つかりませんでした",
        "De gevraagde pagina is niet gevonden",
    ),
    "unknown_event": (
        "The event does not exist",
        "Die Veranstaltung existiert nicht",
        "El evento no existe",
        "L'événement n'existe pas",
        "イベントが存在しません",
        "Het evenement bestaat niet",
    ),
    "no_code": (
        "Please provide a ticket code or an RFID code",
        "Bitte geben Sie einen Ticketcode oder einen RFID-Code an",
        "Indica un código de entrada o un código RFID",
        "Veuillez fournir un code de billet ou un code RFID",
        "チケットコードまたはRFIDコードを指定してください",
        "Geef een ticketcode of een RFID-code op",
    ),
    "unknown_ticket": (
        "This ticket does not exist",
        "Dieses Ticket existiert nicht",
        "Esta entrada no existe",
        "Ce billet n'existe pas",
        "このチケットは存在しません",
        "Dit ticket bestaat niet",
    ),
    "unknown_wristband": (
        "No ticket is paired with this wristband",
        "Mit diesem Armband ist kein Ticket verbunden",
        "Ninguna entrada está vinculada a esta pulsera",
        "Aucun billet n'est associé à ce bracelet",
        "このリストバンドに紐づくチケットはありません",
        "Er is geen ticket aan dit polsbandje gekoppeld",
    ),
    "several_tickets": (
        "More than one ticket is paired with this wristband",
        "Mit diesem Armband ist mehr als ein Ticket verbunden",
        "Hay más de una entrada vinculada a esta pulsera",
        "Plusieurs billets sont associés à ce bracelet",
        "このリストバンドには複数のチケットが紐づいています",
        "Er is meer dan één ticket aan dit polsbandje gekoppeld",
    ),
    "codes_disagree": (
        "The ticket code and the RFID code belong to different tickets",
        "Ticketcode und RFID-Code gehören zu verschiedenen Tickets",
        "El código de entrada y el código RFID son de entradas distintas",
        "Le code de billet et le code RFID ne correspondent pas au même billet",
        "チケットコードとRFIDコードが一致しません",
        "De ticketcode en de RFID-code horen bij verschillende tickets",
    ),
    "already_in": (
        "This ticket was already used",
        "Dieses Ticket wurde bereits verwendet",
        "Esta entrada ya se ha utilizado",
        "Ce billet a déjà été utilisé",
        "このチケットはすでに使用されています",
        "Dit ticket is al gebruikt",
    ),
    "cancelled": (
        "This ticket is no longer valid",
        "Dieses Ticket ist nicht mehr gültig",
        "Esta entrada ya no es válida",
        "Ce billet n'est plus valable",
        "このチケットは無効になりました",
        "Dit ticket is niet meer geldig",
    ),
    "wrong_type": (
        "This type of ticket is not accepted here",
        "Diese Ticketart wird hier nicht angenommen",
        "Este tipo de entrada no se acepta aquí",
        "Ce type de billet n'est pas accepté ici",
        "この種類のチケットはここでは利用できません",
        "Dit type ticket wordt hier niet geaccepteerd",
    ),
    "no_multi_access": (
        "Multiple access is not active on your account",
        "Mehrfachzugang ist für Ihr Konto nicht aktiviert",
        "El acceso múltiple no está activado en tu cuenta",
        "L'accès multiple n'est pas activé sur votre compte",
        "お使いのアカウントではマルチアクセスが有効になっていません",
        "Meervoudige toegang is niet actief voor je account",
    ),
    "no_such_addon": (
        "This addon is not included in the ticket",
        "Diese Zusatzleistung ist im Ticket nicht enthalten",
        "Este complemento no está incluido en la entrada",
        "Cette option n'est pas comprise dans le billet",
        "このオプションはチケットに含まれていません",
        "Deze extra zit niet bij het ticket",
    ),
    "addon_disabled": (
        "This addon is not available at the moment",
        "Diese Zusatzleistung ist derzeit nicht verfügbar",
        "Este complemento no está disponible en este momento",
        "Cette option n'est pas disponible pour le moment",
        "このオプションは現在ご利用いただけません",
        "Deze extra is op dit moment niet beschikbaar",
    ),
    "addon_used_up": (
        "This addon has been used up",
        "Diese Zusatzleistung ist aufgebraucht",
        "Este complemento ya se ha agotado",
        "Cette option a été entièrement utilisée",
        "このオプションは使い切りました",
        "Deze extra is opgebruikt",
    ),
    "no_turnstile": (
        "The turnstile feature is not active on your account",
        "Die Drehkreuzfunktion ist für Ihr Konto nicht aktiviert",
        "La función de torniquete no está activada en tu cuenta",
        "La fonction tourniquet n'est pas activée sur votre compte",
        "お使いのアカウントではターンスタイル機能が有効になっていません",
        "De tourniquetfunctie is niet actief voor je account",
    ),
    "not_inside": (
        "This ticket has not entered",
        "Mit diesem Ticket ist niemand eingetreten",
        "Nadie ha entrado con esta entrada",
        "Personne n'est entré avec ce billet",
        "このチケットは入場していません",
        "Met dit ticket is niemand binnen",
    ),
    "no_forms": (
        "Registration forms are not active on your account",
        "Anmeldeformulare sind für Ihr Konto nicht aktiviert",
        "Los formularios de registro no están activados en tu cuenta",
        "Les formulaires d'inscription ne sont pas activés sur votre compte",
        "お使いのアカウントでは登録フォームが有効になっていません",
        "Registratieformulieren zijn niet actief voor je account",
    ),
    "wallet_found": (
        "Tickets found",
        "Tickets gefunden",
        "Entradas encontradas",
        "Billets trouvés",
        "チケットが見つかりました",
        "Tickets gevonden",
    ),
}
"""By key: one sentence for each of `LANGUAGES`, in that order."""


def say(key: str, accept: str) -> str:
    """The sentence in the language that an Accept-Language header prefers among those spoken, else in English."""
    return SENTENCES[key][LANGUAGES.index(_language(accept))]


def _language(accept: str) -> str:
    wanted = sorted((_wish(part) for part in accept.split(",")), key=lambda wish: -wish[1])
    return next((name for name, weight in wanted if weight > 0 and name in LANGUAGES), "en")


def _wish(part: str) -> tuple[str, float]:
    """A language and how much it is wanted: `de-AT;q=0.8` is German at 0.8."""
    name, _, weight = part.strip().lower().partition(";q=")
    try:
        return name.split("-", maxsplit=1)[0], float(weight or 1)
    except ValueError:
        return "", 0.0
