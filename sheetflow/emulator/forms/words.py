"""The words of the respondent's page and of the responses tab, in English and Russian.

The tab's words follow the spreadsheet's locale, as at Google; the page's follow the form's language.
"""

from __future__ import annotations

from collections.abc import Mapping

from sheetflow.emulator.forms.answers import Problem

TAB_TITLE = {"en": "Form responses {}", "ru": "Ответы на форму ({})"}
TIMESTAMP = {"en": "Timestamp", "ru": "Отметка времени"}
EMAIL_ADDRESS = {"en": "Email address", "ru": "Адрес электронной почты"}

PAGE: Mapping[str, Mapping[str, str]] = {
    "en": {
        "another": "Submit another response",
        "as_whom": "Your address",
        "choose": "Choose",
        "closed": "The form is no longer accepting responses.",
        "closed_help": "Try contacting the owner of the form if you think that this is a mistake.",
        "confirmation": "Your response has been recorded.",
        "done_before": "You've already responded.",
        "done_before_help": "You can fill in this form only once.",
        "drop": "Choose files, or drop them here",
        "edit": "Edit your response",
        "email": "Email",
        "errors": "Some answers need your attention.",
        "files_again": "Files have to be chosen again.",
        "files_limit": "Up to {count} file(s), {size} MB each.",
        "hours": "HH:MM",
        "keep": "Keep {name}",
        "month_day": "MM-DD",
        "month_day_time": "MM-DD HH:MM",
        "not_found": "There is no such form.",
        "not_sent": "It was not sent: the form does not answer. What you filled in is still here. Try again.",
        "not_yours": "You may not edit this response.",
        "other": "Other:",
        "other_text": "Other answer",
        "progress": "{done} of {all} required",
        "recorded_as": "{email} will be recorded with your response.",
        "remove": "Remove {name}",
        "required_note": "* Indicates a required question",
        "sending": "Sending… {percent} %",
        "sign_in": "Sign in",
        "sign_in_help": "You must be signed in to fill in this form. Say whose account this is.",
        "size": "{size} MB",
        "size_small": "{size} KB",
        "submit": "Submit",
        "switch": "Switch account",
    },
    "ru": {
        "another": "Отправить ещё один ответ",
        "as_whom": "Ваш адрес",
        "choose": "Выбрать",
        "closed": "Приём ответов закончен.",
        "closed_help": "Если это ошибка, обратитесь к владельцу формы.",
        "confirmation": "Ответ записан.",
        "done_before": "Вы уже заполнили эту форму.",
        "done_before_help": "Заполнить её можно только один раз.",
        "drop": "Выберите файлы или перетащите их сюда",
        "edit": "Изменить ответ",
        "email": "Электронная почта",
        "errors": "Проверьте отмеченные ответы.",
        "files_again": "Файлы нужно выбрать снова.",
        "files_limit": "Файлов не больше {count}, каждый до {size} МБ.",
        "hours": "ЧЧ:ММ",
        "keep": "Оставить {name}",
        "month_day": "ММ-ДД",
        "month_day_time": "ММ-ДД ЧЧ:ММ",
        "not_found": "Такой формы нет.",
        "not_sent": "Отправить не удалось: форма не отвечает. Заполненное осталось здесь. Попробуйте снова.",
        "not_yours": "Этот ответ вам изменять нельзя.",
        "other": "Другое:",
        "other_text": "Другой ответ",
        "progress": "Обязательных: {done} из {all}",
        "recorded_as": "С ответом будет записан адрес {email}.",
        "remove": "Убрать {name}",
        "required_note": "* Обязательный вопрос",
        "sending": "Отправляем… {percent} %",
        "sign_in": "Войти",
        "sign_in_help": "Чтобы заполнить форму, нужно войти. Укажите, чей это аккаунт.",
        "size": "{size} МБ",
        "size_small": "{size} КБ",
        "submit": "Отправить",
        "switch": "Сменить аккаунт",
    },
}

PROBLEMS: Mapping[str, Mapping[str, str]] = {
    "en": {
        "bad_email": "Must be a valid email address.",
        "file_too_large": "{} is too large.",
        "not_a_date": "Not a valid date.",
        "not_a_time": "Not a valid time.",
        "not_an_option": "{} is not one of the options.",
        "not_in_scale": "Choose a number: {}.",
        "one_only": "Choose one answer only.",
        "required": "This is a required question.",
        "too_many_files": "At most {} file(s).",
        "unknown_file": "A file that should stay is not part of the response.",
        "wrong_type": "{} is not of an accepted type.",
    },
    "ru": {
        "bad_email": "Укажите действительный адрес электронной почты.",
        "file_too_large": "Файл {} слишком большой.",
        "not_a_date": "Это не дата.",
        "not_a_time": "Это не время.",
        "not_an_option": "Такого варианта нет: {}.",
        "not_in_scale": "Выберите число: {}.",
        "one_only": "Можно выбрать только один ответ.",
        "required": "Это обязательный вопрос.",
        "too_many_files": "Файлов может быть не больше {}.",
        "unknown_file": "Файла, который нужно оставить, в ответе нет.",
        "wrong_type": "Файл {} не того типа.",
    },
}


_SCRIPT = ("errors", "not_sent", "progress", "remove", "sending", "size", "size_small")
_CHECKED = (
    "bad_email",
    "file_too_large",
    "not_a_date",
    "not_a_time",
    "required",
    "too_many_files",
    "wrong_type",
)


def of_script(locale: str) -> dict[str, str]:
    """What the page's script says: its own words, and those of the problems that it can see itself."""
    language = language_of(locale)
    said = {key: PAGE[language][key] for key in _SCRIPT}
    return said | {key: PROBLEMS[language][key] for key in _CHECKED}


def language_of(locale: str) -> str:
    """`ru` for a Russian locale, else `en`."""
    return "ru" if locale.lower().startswith("ru") else "en"


def sentence(problem: Problem, language: str) -> str:
    """A problem in words."""
    words = PROBLEMS[language_of(language)]
    return words[problem.word].replace("{}", problem.detail)
