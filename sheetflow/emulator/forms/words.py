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
        "not_yours": "You may not edit this response.",
        "other": "Other:",
        "other_text": "Other answer",
        "recorded_as": "{email} will be recorded with your response.",
        "required_note": "* Indicates a required question",
        "sign_in": "Sign in",
        "sign_in_help": "You must be signed in to fill in this form. Say whose account this is.",
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
        "not_yours": "Этот ответ вам изменять нельзя.",
        "other": "Другое:",
        "other_text": "Другой ответ",
        "recorded_as": "С ответом будет записан адрес {email}.",
        "required_note": "* Обязательный вопрос",
        "sign_in": "Войти",
        "sign_in_help": "Чтобы заполнить форму, нужно войти. Укажите, чей это аккаунт.",
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


def language_of(locale: str) -> str:
    """`ru` for a Russian locale, else `en`."""
    return "ru" if locale.lower().startswith("ru") else "en"


def sentence(problem: Problem, language: str) -> str:
    """A problem in words."""
    words = PROBLEMS[language_of(language)]
    return words[problem.word].replace("{}", problem.detail)
