'use strict';
const at = id => document.getElementById(id);

function headers() {
  return at('token').value ? {Authorization: 'Bearer ' + at('token').value} : {};
}

async function ask(path, options = {}) {
  const response = await fetch(path, {...options, headers: {...headers(), ...options.headers}});
  const json = await response.json();
  if (response.status === 401) at('secret').hidden = false;
  if (!response.ok) throw new Error(json.error);
  return json;
}

function say(text, error = false) {
  at('status').textContent = text;
  at('status').className = error ? 'error' : '';
}

function options(select, values) {
  select.replaceChildren(...values.map(value => new Option(value, value)));
}

async function models() {
  try {
    const index = await ask('v2/repository/index', {method: 'POST', body: '{"ready": true}'});
    options(at('model'), [...new Set(index.map(each => each.name))]);
    await adapters();
    say('');
  } catch (e) {
    say(e.message, true);
  }
}

async function adapters() {
  const metadata = await ask('v2/models/' + encodeURIComponent(at('model').value));
  at('adapters').hidden = !metadata.adapters;
  options(at('adapter'), metadata.adapters || []);
}

async function classify(file) {
  if (!file) return;
  at('classes').hidden = true;
  const url = URL.createObjectURL(file);
  at('shown').onload = at('shown').onerror = () => URL.revokeObjectURL(url);
  at('shown').src = url;
  at('shown').hidden = false;
  say('Classifying ' + file.name);
  const query = at('adapters').hidden ? '' : '&adapter=' + encodeURIComponent(at('adapter').value);
  const begun = performance.now();
  try {
    const answer = await ask('classify/' + encodeURIComponent(at('model').value) + '?top=5' + query, {
      method: 'POST', body: file, headers: {'Content-Type': 'application/octet-stream'}});
    const rows = answer.predictions.map(each => {
      const row = document.createElement('tr');
      const bar = document.createElement('meter');
      bar.value = each.probability;
      for (const cell of [each.label, (100 * each.probability).toFixed(2) + ' %', bar]) {
        row.insertCell().append(cell);
      }
      return row;
    });
    at('classes').tBodies[0].replaceChildren(...rows);
    at('classes').hidden = false;
    say(answer.model_name + ', version ' + answer.model_version + ': ' + Math.round(performance.now() - begun) + ' ms');
  } catch (e) {
    say(e.message, true);
  }
}

at('file').addEventListener('change', event => classify(event.target.files[0]));
at('model').addEventListener('change', () => adapters().catch(e => say(e.message, true)));
at('secret').addEventListener('submit', event => {
  event.preventDefault();
  models();
});
addEventListener('paste', event => classify(event.clipboardData.files[0]));
for (const name of ['dragenter', 'dragover', 'dragleave', 'drop']) {
  addEventListener(name, event => {
    event.preventDefault();
    at('drop').classList.toggle('over', name === 'dragenter' || name === 'dragover');
    if (name === 'drop') classify(event.dataTransfer.files[0]);
  });
}
models();
