function sheetflowSignedIn(answer) {
  const form = document.getElementById("sign-in");
  form.elements.credential.value = answer.credential;
  form.submit();
}
